import { checkArgument, shapes } from '../../runtime/checkArguments';
import { BadOption } from '../../errors/setUp';
import { readString } from '../../streams/json/readJson';

type Step = { readonly name: string } | { readonly index: number } | 'any' | 'anyDepth';

/**
 * A path into the value of a message (`value…`) or the result of an acknowledgement (`result…`):
 * `result.timestamp`, `value.runs[0]`, `result.points[*].t`, `*.id`, `**.id` (at any depth, also 0),
 * `result["a.b"]`.
 *
 * @example new JsonPath('result.points[*].t').matches(['result', 'points', 3, 't']) // true
 */
export class JsonPath {
  readonly #steps: readonly Step[];

  /** @throws BadOption (ERR_BAD_OPTION) for text that is no path. */
  constructor(readonly text: string) {
    checkArgument('JsonPath: the path', text, shapes.text);
    this.#steps = parse(text);
  }

  matches(path: readonly (string | number)[]): boolean {
    return this.#matchFrom(0, path, 0, false);
  }

  /** Whether the path or something below it can match. */
  mayMatchBelow(path: readonly (string | number)[]): boolean {
    return this.#matchFrom(0, path, 0, true);
  }

  #matchFrom(step: number, path: readonly (string | number)[], depth: number, below: boolean): boolean {
    if (depth === path.length && below) return true;
    const wanted = this.#steps[step];
    if (wanted === undefined) return depth === path.length;
    if (wanted === 'anyDepth') {
      if (below) return true;
      for (let next = depth; next <= path.length; next += 1) {
        if (this.#matchFrom(step + 1, path, next, below)) return true;
      }
      return false;
    }
    const name = path[depth];
    if (name === undefined) return false;
    const fits =
      wanted === 'any' ||
      ('index' in wanted ? wanted.index === name : typeof name === 'string' && wanted.name === name);
    return fits && this.#matchFrom(step + 1, path, depth + 1, below);
  }
}

const TOKEN = /\.?(?:(\*\*)|(\*)|([^.[\]*"\s]+))|\[(?:(\*)|(\d+)|("(?:[^"\\]|\\.)*"))\]/y;

function parse(text: string): Step[] {
  const steps: Step[] = [];
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    // A dot stands between steps: neither first, nor missing before a name.
    const dotted = text[at] === '.';
    if (found === null || (text[at] !== '[' && dotted !== at > 0)) break;
    const [whole, anyDepth, any, name, anyIndex, index, quoted] = found;
    if (anyDepth !== undefined) steps.push('anyDepth');
    else if (any !== undefined || anyIndex !== undefined) steps.push('any');
    else if (index !== undefined) steps.push({ index: Number(index) });
    else if (quoted !== undefined) steps.push({ name: readString(quoted) ?? quoted.slice(1, -1) });
    else if (name !== undefined) steps.push({ name });
    at += whole.length;
  }
  if (steps.length === 0 || at < text.length) {
    throw new BadOption(
      `"${text}" is no path: expected something like result.timestamp, value.runs[0], result.points[*].t or **.id` +
        (at > 0 ? `; reading stopped at "${text.slice(at)}"` : ''),
    );
  }
  return steps;
}

/** The steps of a path without wildcards, as `formatJsonPath` writes it. */
export function stepsOf(text: string): (string | number)[] {
  return parse(text).map((step) => {
    if (step === 'any') return '*';
    if (step === 'anyDepth') return '**';
    return 'index' in step ? step.index : step.name;
  });
}

/**
 * A path as people and `JsonPath` read it.
 *
 * @example formatJsonPath(['result', 'points', 3, 'a.b']) // 'result.points[3]["a.b"]'
 */
export function formatJsonPath(path: readonly (string | number)[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!/^[^.[\]*"\s]+$/.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}
