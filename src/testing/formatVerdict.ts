import type { Verdict } from './Verdict';
import { changeLines, counts, title } from './verdictInternals';

/** How a verdict is printed. */
export interface FormatVerdictOptions {
  /** Colours of a terminal; default false. */
  readonly colour?: boolean;
}

/**
 * A verdict for people: each difference with what was recorded (-) and what came (+), then the counts.
 *
 * @example process.stdout.write(formatVerdict(verdict, { colour: process.stdout.isTTY }));
 */
export function formatVerdict(verdict: Verdict, options: FormatVerdictOptions = {}): string {
  const paint = (code: number, text: string): string =>
    options.colour === true ? `\u001b[${code}m${text}\u001b[39m` : text;
  const lines: string[] = [];
  for (const difference of verdict.differences) {
    lines.push(title(difference));
    for (const change of difference.changes) {
      for (const { sign, text } of changeLines(change)) {
        lines.push(paint(sign === '-' ? 31 : 32, `  ${sign} ${text}`));
      }
    }
  }
  const more = verdict.differenceCount - verdict.differences.length;
  if (more > 0) lines.push(`… and ${more} more`);
  for (const rule of verdict.unusedRules) lines.push(paint(33, `matched nothing: ${rule}`));
  const outcome = verdict.passed
    ? paint(32, 'pass')
    : paint(
        31,
        verdict.compared === 0 && verdict.differenceCount === 0
          ? 'no pass: nothing was compared'
          : 'different',
      );
  const differences = `${verdict.differenceCount} difference${verdict.differenceCount === 1 ? '' : 's'}`;
  lines.push(`${outcome}: ${differences}; ${counts(verdict)}`);
  return `${lines.join('\n')}\n`;
}
