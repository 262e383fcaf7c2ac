import { verdictShape } from '../optionShapes';
import { checkArgument } from '../../../runtime/checkArguments';
import { printValue } from './formatVerdict';
import type { Difference, Verdict } from '../Verdict';
import { escapeControls } from '../../../runtime/names';

/** Longer values of one place are cut. */
const VALUE_CHARACTERS = 2000;
/** Longer whole ones. */
const WHOLE_CHARACTERS = 65_536;

/**
 * A verdict for programs, as one JSON object with the fields of `Verdict`. Values that differ are given as
 * text in the wire's own spelling ("NaN", "9007199254740993"), which JSON itself could not carry; so are
 * `request`, `recorded` and `replayed`. What is secret stands as `[redacted]`.
 *
 * @example formatVerdictJson(verdict) // '{"passed":true,"compared":12,…}'
 */
export function formatVerdictJson(verdict: Verdict): string {
  checkArgument('formatVerdictJson: the verdict', verdict, verdictShape);
  const shown = (value: unknown, limit = VALUE_CHARACTERS): string | null =>
    value === undefined ? null : printValue(value, limit);
  const wholes = (difference: Difference): object =>
    Object.fromEntries(
      (['request', 'recorded', 'replayed'] as const)
        .filter((name) => name in difference)
        .map((name) => [name, shown(difference[name], WHOLE_CHARACTERS)]),
    );
  const printable = (difference: Difference): object => ({
    ...difference,
    ...wholes(difference),
    changes: difference.changes.map((change) => ({
      ...change,
      expected: shown(change.expected),
      actual: shown(change.actual),
    })),
  });
  const text = JSON.stringify({
    ...verdict,
    differences: verdict.differences.map(printable),
    notes: verdict.notes.map(printable),
  });
  // Within strings only, where it means the same.
  return escapeControls(text);
}
