import type { RecordedAck, RecordedContent, RecordedMessage } from '../../recording/RecordedEvent';
import { recordedValue } from '../../recording/content/recordedValue';
import type { ComparisonRules } from './ComparisonRules';
import type { ValueChange } from './Verdict';
import { HIDDEN, type ValueComparer, type ValueComparison } from './ValueComparer';

type Content = RecordedAck | RecordedMessage;

const rootOf = ({ kind }: Content): 'value' | 'result' => (kind === 'ack' ? 'result' : 'value');

/**
 * What two contents of an action differ in; what is secret is not told. `limit`: so many changes are told.
 */
export function compareContents(
  rules: ComparisonRules,
  action: string,
  expected: Content,
  actual: Content,
  limit?: number,
): ValueComparison {
  const comparer = rules.comparerOf(action);
  const hidden = [...(expected.redacted ?? []), ...(actual.redacted ?? [])];
  const values = comparer.compare(
    recordedValue(expected),
    recordedValue(actual),
    rootOf(expected),
    hidden,
    limit,
  );
  const covered = hidesWhole(comparer, expected) || hidesWhole(comparer, actual);
  if (!covered) return values;
  const changes = values.changes.map((change) => ({ ...change, expected: HIDDEN, actual: HIDDEN }));
  return { ...values, changes };
}

/** The value of a message or the result of an acknowledgement as it may be shown: without what is secret. */
export function shownContent(rules: ComparisonRules, action: string, content: Content): unknown {
  const comparer = rules.comparerOf(action);
  if (hidesWhole(comparer, content)) return HIDDEN;
  return comparer.shown(recordedValue(content), [rootOf(content)], content.redacted);
}

/** The one change of a message or acknowledgement that stands alone: all of it is missing, or extra. */
export function wholeChange(
  rules: ComparisonRules,
  action: string,
  kind: 'missing' | 'extra',
  content: Content,
): ValueChange {
  const value = shownContent(rules, action, content);
  return {
    path: rootOf(content),
    kind,
    expected: kind === 'missing' ? value : undefined,
    actual: kind === 'extra' ? value : undefined,
  };
}

/** As in a recording: with secrets around, text that is not of the protocol's shape cannot be looked into. */
const hidesWhole = (comparer: ValueComparer, { content }: RecordedContent): boolean =>
  content !== undefined && comparer.hasSecrets;
