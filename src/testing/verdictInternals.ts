import { printValue } from './printValue';
import type { ValueChange } from './ValueChange';
import type { Difference, Verdict } from './Verdict';

/** "compared 12, ignored 3, not compared 1". */
export function counts(verdict: Verdict): string {
  return `compared ${verdict.compared}, ignored ${verdict.ignored}, not compared ${verdict.notCompared}`;
}

/** One line that names a difference, without its values. */
export function title(difference: Difference): string {
  const { kind, what, side, link, id, action, at } = difference;
  const owner = what === 'send' ? `send of ${side}` : what;
  return `${kind} ${owner}: ${action === '' ? '(no action)' : action}, link ${link}, message ${id}, at ${at} ms`;
}

/** One place where values differ, a line for what was expected and one for what came. */
export function changeLines(
  change: ValueChange,
): readonly { readonly sign: '-' | '+'; readonly text: string }[] {
  const lines: { readonly sign: '-' | '+'; readonly text: string }[] = [];
  if (change.kind !== 'extra')
    lines.push({ sign: '-', text: `${change.path}: ${printValue(change.expected)}` });
  if (change.kind !== 'missing')
    lines.push({ sign: '+', text: `${change.path}: ${printValue(change.actual)}` });
  return lines;
}
