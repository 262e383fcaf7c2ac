import type { RecordedAck, RecordedClose, RecordedMessage } from '../recording/RecordedEvent';

/** What the recording says to a message. */
export interface RecordedAnswer {
  readonly message: RecordedMessage;
  /** In their order; those with status `next` come before the final one. Delays: `ack.at - message.at`. */
  readonly acks: readonly RecordedAck[];
  /** Set when the host closed the connection instead of a final answer. */
  readonly dropped: RecordedClose | undefined;
  /** Set when the host closed the connection, and nothing else was sent on it that is not used: with this message it is over. */
  readonly ended: RecordedClose | undefined;
  /** `next`: what its connection expected. `elsewhere`: the same message at another place. `repeated`: used before (lenient). */
  readonly match: 'next' | 'elsewhere' | 'repeated';
}
