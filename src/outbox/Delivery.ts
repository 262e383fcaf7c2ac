import type { RxcometError } from '../errors/RxcometError';
import type { SendSink } from '../streams/client/Send';
import type { KeptMessage } from './KeptMessage';

/** Where a message stands that was read into memory. */
export type DeliveryState = 'ready' | 'handed' | 'resting';

/** A kept message in memory, and the sink of each of its tries. */
export class Delivery implements SendSink {
  state: DeliveryState = 'ready';
  /** Takes it back from the peer's queue. */
  recall: (() => boolean) | undefined = undefined;
  /** Until its next try, while it rests. */
  timer: unknown = undefined;
  /** Handed while nothing else was and nothing followed, so that what the host says of its connection is about this message. */
  alone = false;
  /** Connections lost with nothing but this message under way. */
  lost = 0;
  /** Tries in a row without an answer, for the delay until the next. */
  unanswered = 0;

  constructor(
    readonly kept: KeptMessage,
    readonly onEnd: (delivery: Delivery, error: RxcometError | undefined) => void,
  ) {}

  next(): void {
    // Nobody waits for the result.
  }

  complete(): void {
    this.onEnd(this, undefined);
  }

  error(error: RxcometError): void {
    this.onEnd(this, error);
  }
}
