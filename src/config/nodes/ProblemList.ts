import { ConfigError, type ConfigProblem } from '../../errors/setUp';
import type { Place } from './ConfigNode';

/** More than this helps nobody; the rest is counted. */
const MAX_PRINTED = 100;

/** Collects everything wrong with one configuration and throws it as one ConfigError. */
export class ProblemList {
  readonly #found = new Map<string, ConfigProblem>();

  constructor(readonly file: string) {}

  get isEmpty(): boolean {
    return this.#found.size === 0;
  }

  /** A problem told before, as when an anchor is used twice, is kept once. */
  add(place: Place, path: string, message: string, remedy = ''): void {
    const problem = { file: this.file, line: place.line, column: place.column, path, message, remedy };
    this.#found.set(print(problem), problem);
  }

  /** Throws the problems in the order of the text, if there are any. */
  throwIfAny(cause?: unknown): void {
    if (this.isEmpty) return;
    const problems = [...this.#found.values()].sort((a, b) => a.line - b.line || a.column - b.column);
    const lines = problems.slice(0, MAX_PRINTED).map(print);
    if (problems.length > MAX_PRINTED) lines.push(`and ${problems.length - MAX_PRINTED} more problems`);
    throw new ConfigError(lines.join('\n'), problems, cause === undefined ? {} : { cause });
  }
}

/** `file:line:column: path: what; remedy`, without the parts that are not known. */
function print({ file, line, column, path, message, remedy }: ConfigProblem): string {
  const where = [file, ...(line > 0 ? [line, column] : [])].filter((part) => part !== '').join(':');
  const what = remedy === '' ? message : `${message}; ${remedy}`;
  return [where, path, what].filter((part) => part !== '').join(': ');
}
