import type { RecordedAck, RecordedMessage } from '../../recording/RecordedEvent';
import type { ValueChange } from './Verdict';

/** An acknowledgement of a host or a send of a client. */
export type ComparedEvent = RecordedAck | RecordedMessage;

/**
 * Is told which events of a recording and of its replay belong together, once that is settled, with the
 * objects that were compared.
 */
export interface ComparisonListener {
  /** @param changes all of them; none where both are alike under the rules. */
  paired(expected: ComparedEvent, actual: ComparedEvent, changes: readonly ValueChange[]): void;
  /** Nothing of the replay belongs to it. */
  missing(expected: ComparedEvent): void;
  /** Nothing of the recording belongs to it. */
  extra(actual: ComparedEvent): void;
  /** A pair that was told before stands at another place, which is a difference. */
  reordered(expected: ComparedEvent, actual: ComparedEvent): void;
}
