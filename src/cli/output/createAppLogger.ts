import type { Logger } from '../../index';
import { escapeControls } from '../../runtime/names';
import type { Io, Output } from '../process/Io';
import type { logOptions } from '../arguments/options';
import { type OptionsOf, UsageError } from '../arguments/Command';
import { paint } from './paint';

/** From the one that says most. */
const levels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
type Level = Exclude<(typeof levels)[number], 'silent'>;

const names = {
  debug: ['debug', 'dim'],
  info: ['info', 'cyan'],
  warn: ['warning', 'yellow'],
  error: ['error', 'red'],
} as const;

/**
 * The logger of a command that opens an app, on stderr: lines for people on a terminal, else NDJSON, an
 * object a line with `level`, `time` (ISO, UTC), `msg` and the fields; control characters are escaped, so
 * that a file of them is safe to look at. Errors are told by code and message, with `--verbose` by their
 * stack too.
 *
 * Throws UsageError for a level that there isn't.
 */
export function createAppLogger(
  { 'log-level': chosen = 'warn', verbose }: OptionsOf<typeof logOptions>,
  { stderr, stop, app }: Io,
): Logger {
  const least = (levels as readonly string[]).indexOf(chosen);
  if (least < 0) {
    throw new UsageError(`--log-level: expected error, warn, info, debug or silent, got "${chosen}"`);
  }
  const isLevelEnabled = (level: Level): boolean => levels.indexOf(level) >= least;
  const line = stderr.tty ? peopleLine : jsonLine;
  const lineOf = (level: Level, fields: Line['fields'], text: string): string => {
    const time = new Date(app.clock?.wallTime() ?? Date.now()).toISOString();
    return `${line({ level, time, text, fields, verbose, output: stderr })}\n`;
  };
  // The command ends, and says so itself; what still fails is the consequence.
  const stdoutEnded = (): boolean => stop.aborted && (stop.reason === 'EPIPE' || stop.reason === 'stdout');
  let told = 0;
  const tellDropped = (): void => {
    const dropped = stderr.dropped - told;
    if (dropped === 0) return;
    told += dropped;
    stderr.write(
      lineOf('warn', { dropped }, `${dropped} lines of this log could not be written`),
      (taken) => {
        // Dropped itself, which is one more of them.
        if (!taken) told -= dropped - 1;
      },
    );
  };
  const at =
    (level: Level) =>
    (fields: Readonly<Record<string, unknown>>, text: string): void => {
      if (!isLevelEnabled(level) || stdoutEnded()) return;
      stderr.write(lineOf(level, fields, text), (taken) => {
        if (taken) tellDropped();
      });
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), isLevelEnabled };
}

interface Line {
  readonly level: Level;
  readonly time: string;
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly verbose: boolean;
  readonly output: Output;
}

/** Fields are for programs; what people need of them is in the text. */
function peopleLine({ level, time, text, fields: { err }, verbose, output }: Line): string {
  const [name, colour] = names[level];
  const said = `${paint(output, 'dim', time)} ${paint(output, colour, `${name}:`)} ${escapeControls(text)}`;
  const stack = verbose ? stackOf(err) : undefined;
  return stack === undefined ? said : `${said}\n${stack.split('\n').map(escapeControls).join('\n')}`;
}

function jsonLine({ level, time, text, fields, verbose }: Line): string {
  const writable = (_key: string, value: unknown): unknown => {
    if (typeof value === 'bigint') return String(value);
    return isError(value) ? describe(value, verbose) : value;
  };
  const head = { level, time, msg: text };
  try {
    // What an app logs itself must not pose as ours.
    return escapeControls(JSON.stringify({ ...head, ...fields, ...head }, writable));
  } catch {
    // Somebody's fields refer to themselves.
    return escapeControls(JSON.stringify(head));
  }
}

function describe(error: Error, verbose: boolean): Readonly<Record<string, unknown>> {
  const { code } = error as { readonly code?: unknown };
  return {
    code: typeof code === 'string' ? code : error.name,
    message: error.message,
    ...(verbose ? { stack: stackOf(error) } : {}),
  };
}

function stackOf(error: unknown): string | undefined {
  if (!isError(error)) return undefined;
  const cause = stackOf(error.cause);
  const own = error.stack ?? error.message;
  return cause === undefined ? own : `${own}\ncaused by: ${cause}`;
}

/** By its shape: not every error is an instance of our Error, such as those of node:fs under Jest. */
function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

const ignore = (): void => undefined;

/** What a command itself warns of, a line each, for people; what an app logs goes to `createAppLogger`. */
export function createCliLogger(output: Output): Logger {
  return {
    debug: ignore,
    info: ignore,
    warn: (_fields, text) => output.write(`${paint(output, 'yellow', 'warning:')} ${escapeControls(text)}\n`),
    error: (_fields, text) => output.write(`${paint(output, 'red', 'error:')} ${escapeControls(text)}\n`),
  };
}
