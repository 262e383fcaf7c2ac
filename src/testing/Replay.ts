import type { AnswersReport } from './RecordedAnswers';
import type { RecordedEvent } from '../recording/RecordedEvent';
import type { Verdict } from './Verdict';

/** What a replay did. */
export interface Replay {
  /** Against the recording it was made from, under the rules given. */
  readonly verdict: Verdict;
  /** Everything that happened, as a recording of its own; empty unless `keepEvents`. */
  readonly events: readonly RecordedEvent[];
  /** By client: what it asked for, against what the recording could answer. */
  readonly clients: ReadonlyMap<string, AnswersReport>;
}
