import { recordedValue } from '../../recording/content/recordedValue';
import type { ComparisonRules } from '../verdict/ComparisonRules';
import type { ValueChange } from '../verdict/Verdict';
import { printValue } from '../verdict/format/formatVerdict';
import type { RecordedMessages } from './RecordedMessages';

/** The recorded message that is most like one that is not in the recording. */
export interface NearestRecorded {
  /** Its value; what is secret stands as `[redacted]`. */
  readonly value: unknown;
  /** Where it differs from what was asked; none when every message with that value is used up. */
  readonly changes: readonly ValueChange[];
}

/** So many recorded messages are looked at. */
const MAX_LOOKS = 2000;
/** So many differences are named. */
const SHOWN = 3;

/**
 * The recorded message of an action whose value differs least under the rules; undefined when there is none.
 */
export function nearestMessage(
  messages: RecordedMessages,
  rules: ComparisonRules,
  action: string,
  value: unknown,
): NearestRecorded | undefined {
  const comparer = rules.comparerOf(action);
  let nearest: NearestRecorded | undefined;
  for (let row = 0; row < Math.min(messages.length, MAX_LOOKS); row += 1) {
    const message = messages.messageAt(row);
    if (message.action !== action) continue;
    const recorded = recordedValue(message);
    const { changes } = comparer.compare(recorded, value, 'value', message.redacted);
    if (nearest !== undefined && nearest.changes.length <= changes.length) continue;
    nearest = { value: comparer.shown(recorded, ['value'], message.redacted), changes };
    if (changes.length === 0) break;
  }
  return nearest;
}

/** What is said of it to whoever asked. */
export function describeNearest(nearest: NearestRecorded | undefined): string {
  if (nearest === undefined) return 'no message of that action is recorded';
  const { changes } = nearest;
  if (changes.length === 0)
    return 'every one with that value is used up; the mode lenient gives its answer again';
  const places = changes
    .slice(0, SHOWN)
    .map(
      ({ path, expected, actual }) =>
        `${path} is ${printValue(expected)} there and ${printValue(actual)} here`,
    );
  const more = changes.length > SHOWN ? ` and ${changes.length - SHOWN} more` : '';
  return `the nearest one: ${places.join(', ')}${more}`;
}
