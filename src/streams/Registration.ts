import type { ActionContract } from './messages/defineAction';
import type { Exchange } from './Exchange';
import type { Message } from './messages/Message';

/** One handler in the order of handlers. */
export class Registration {
  /** Messages whose handler runs. */
  running = 0;
  removed = false;
  /** Messages that wait because `concurrency` are running, oldest first; a Set so that a cancelled one leaves at once. */
  readonly waiting = new Set<Exchange>();
  /** Waiting messages are being started further up the stack. */
  starting = false;

  constructor(
    /** The action, or undefined for '*'. */
    readonly action: string | undefined,
    readonly call: (value: unknown, message: Message) => unknown,
    readonly contract: ActionContract | undefined,
    readonly concurrency: number,
    readonly urgent: boolean,
    /** True: the message is its own from here on; it answers through message.ack and message.fail. */
    readonly claims: boolean,
  ) {}
}
