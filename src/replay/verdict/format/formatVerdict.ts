import { verdictShape } from '../optionShapes';
import { checkArgument } from '../../../runtime/checkArguments';
import { encodeJson } from '../../../streams/json/encodeJson';
import type { Difference, ValueChange, Verdict } from '../Verdict';
import { escapeControls } from '../../../runtime/names';
import { isBytes } from '../../../runtime/bytes';

/**
 * A value in one line for people, cut to `limit` characters.
 *
 * @example printValue(new Uint8Array([1, 255])) // '<2 bytes 01ff>'
 */
export function printValue(value: unknown, limit = 120): string {
  const text = textOf(value);
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}

function textOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (isBytes(value)) {
    const shown = Buffer.from(value.subarray(0, 32)).toString('hex');
    return `<${value.length} bytes ${shown}${value.length > 32 ? '…' : ''}>`;
  }
  try {
    return encodeJson(value);
  } catch {
    // A normaliser may have made anything of it.
    return Object.prototype.toString.call(value);
  }
}

/** "compared 12, ignored 3, not compared 1". */
export function counts(verdict: Verdict): string {
  return `compared ${verdict.compared}, ignored ${verdict.ignored}, not compared ${verdict.notCompared}`;
}

/**
 * One line that names a difference and where it is recorded, without its values. What a peer sent stays
 * within it.
 */
export function title(difference: Difference): string {
  const { kind, what, side, link, id, action, at, place } = difference;
  const owner = what === 'send' ? ` send of ${side}` : kind === 'unanswered' ? '' : ` ${what}`;
  const name = action === '' ? '(no action)' : action;
  const where = place === undefined ? '' : `, ${place}`;
  return escapeControls(`${kind}${owner}: ${name}, link ${link}, message ${id}, at ${at} ms${where}`);
}

/** What was asked, and whole answers or values one above the other where only a part of them differs. */
export function contextLines(difference: Difference): readonly string[] {
  const lines: string[] = [];
  const add = (label: string, value: unknown): void => {
    lines.push(escapeControls(`${label.padEnd(9)} ${printValue(value)}`));
  };
  if ('request' in difference) add('asked', difference.request);
  if ('recorded' in difference && 'replayed' in difference && difference.changes.some(isWithin)) {
    add('recorded', difference.recorded);
    add('now', difference.replayed);
  }
  return lines;
}

const isWithin = ({ path }: ValueChange): boolean =>
  path !== 'value' && path !== 'result' && path !== 'status';

/** One place where values differ, a line for what was expected and one for what came. */
export function changeLines(
  change: ValueChange,
): readonly { readonly sign: '-' | '+'; readonly text: string }[] {
  const text = (value: unknown): string => escapeControls(`${change.path}: ${printValue(value)}`);
  const lines: { readonly sign: '-' | '+'; readonly text: string }[] = [];
  if (change.kind !== 'extra') lines.push({ sign: '-', text: text(change.expected) });
  if (change.kind !== 'missing') lines.push({ sign: '+', text: text(change.actual) });
  return lines;
}

/** So many notes are printed. */
const SHOWN_NOTES = 10;

/** What is no difference and yet to be known, a line each. */
export function noteLines({ notes, noteCount, remarks }: Verdict): readonly string[] {
  const lines = notes.slice(0, SHOWN_NOTES).map((note) => {
    const [change] = note.changes;
    const times =
      change === undefined
        ? ''
        : `: ${printValue(change.actual)} ms instead of ${printValue(change.expected)} ms`;
    return `note: ${title(note)}${times}`;
  });
  if (noteCount > lines.length) lines.push(`note: … and ${noteCount - lines.length} more`);
  return [...lines, ...remarks.map((remark) => `note: ${remark}`)];
}

/** Why a verdict without differences is none that passes. */
export function reasonOf({ compared, shortfalls }: Verdict): string {
  return compared === 0 ? 'nothing was compared' : shortfalls.join('; ');
}

/** How a verdict is printed. */
export interface FormatVerdictOptions {
  /** Colours of a terminal; default false. */
  readonly colour?: boolean;
}

/**
 * A verdict for people: each difference with its place in the file, what was asked, what was recorded (-) and
 * what came (+), then the counts. What is secret stands as `[redacted]`.
 *
 * @example process.stdout.write(formatVerdict(verdict, { colour: process.stdout.isTTY }));
 */
export function formatVerdict(verdict: Verdict, options: FormatVerdictOptions = {}): string {
  checkArgument('formatVerdict: the verdict', verdict, verdictShape);
  const paint = (code: number, text: string): string =>
    options.colour === true ? `\u001b[${code}m${text}\u001b[39m` : text;
  const lines: string[] = [];
  for (const difference of verdict.differences) {
    lines.push(title(difference));
    for (const line of contextLines(difference)) lines.push(`    ${line}`);
    for (const change of difference.changes) {
      for (const { sign, text } of changeLines(change)) {
        lines.push(paint(sign === '-' ? 31 : 32, `  ${sign} ${text}`));
      }
    }
  }
  const more = verdict.differenceCount - verdict.differences.length;
  if (more > 0) lines.push(`… and ${more} more`);
  for (const line of noteLines(verdict)) lines.push(paint(33, escapeControls(line)));
  // Where nothing differs they are the reason of the last line.
  const apart = verdict.differenceCount > 0 || verdict.compared === 0 ? verdict.shortfalls : [];
  for (const shortfall of apart) lines.push(paint(31, escapeControls(shortfall)));
  for (const rule of verdict.unusedRules) lines.push(paint(33, escapeControls(`matched nothing: ${rule}`)));
  const outcome = verdict.passed
    ? paint(32, 'pass')
    : paint(31, verdict.differenceCount > 0 ? 'different' : `no pass: ${reasonOf(verdict)}`);
  const differences = `${verdict.differenceCount} difference${verdict.differenceCount === 1 ? '' : 's'}`;
  lines.push(`${outcome}: ${differences}; ${counts(verdict)}`);
  return `${lines.join('\n')}\n`;
}
