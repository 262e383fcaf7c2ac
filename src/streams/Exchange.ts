import type { DedupRun } from './DedupRun';
import type { Dispatcher } from './Dispatcher';
import type { Message, MessageControl } from './messages/Message';
import type { Registration } from './Registration';
import type { ReplyPort } from './ReplyPort';
import type { TimeoutEntry } from '../runtime/TimeoutQueue';
import type { TrafficObserver } from './messages/TrafficObserver';

/** The state of one message between its arrival and the end of its handlers. Fields are the dispatcher's, `replyId` and on the port's. */
export class Exchange implements MessageControl, TimeoutEntry {
  message!: Message;
  handlers: readonly Registration[] = [];
  index = 0;
  /** The handler at work. */
  current: Registration | undefined = undefined;
  /** The handler whose concurrency is full and for which this message waits. */
  waitingFor: Registration | undefined = undefined;
  /** The terminal answer was given, or none will be; whatever comes later is dropped. */
  answered = false;
  /** A stream has begun to answer. */
  streaming = false;
  released = false;
  failed = false;
  failure: unknown = undefined;
  /** Ends what the handler at work has running; undefined when nothing can be ended. */
  stopWork: (() => void) | undefined = undefined;
  releasedCallbacks: (() => void)[] | undefined = undefined;
  #controller: AbortController | undefined = undefined;
  #abortReason: unknown = undefined;

  timeoutPrevious: TimeoutEntry | undefined = undefined;
  timeoutNext: TimeoutEntry | undefined = undefined;
  timeoutAt = 0;
  timeoutArmed = false;

  /** message-id of the request; 0 on a one-shot connection. */
  replyId = 0;
  /** The peer asked for no acknowledgement. */
  noAck = false;
  /** Size of the request on the wire. */
  wireBytes = 0;
  /** Results collected for a legacy peer, as JSON texts. */
  collected: string[] | undefined = undefined;
  collectedBytes = 0;
  /** The handling of a message with a key that this request has joined; undefined without Dedup. */
  run: DedupRun | undefined = undefined;
  /** Who watches this message and what it calls it; undefined when nobody did as it began. */
  observer: TrafficObserver | undefined = undefined;
  observed: unknown = undefined;
  /** How it ended, see TrafficObserver. */
  outcome = 'ok';

  constructor(
    readonly port: ReplyPort,
    readonly dispatcher: Dispatcher,
  ) {}

  /** Calls what belongs to this message, see TrafficObserver. */
  within<T>(call: () => T): T {
    const { observer, observed } = this;
    return observer?.within === undefined ? call() : observer.within(observed, call);
  }

  acknowledge(value: unknown): void {
    this.dispatcher.acknowledge(this, value);
  }

  fail(error: unknown): void {
    this.dispatcher.fail(this, error);
  }

  signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  onReleased(callback: () => void): void {
    if (this.released) callback();
    else (this.releasedCallbacks ??= []).push(callback);
  }

  abort(reason: unknown): void {
    if (this.#abortReason !== undefined) return;
    this.#abortReason = reason;
    this.#controller?.abort(reason);
  }

  /** True when the error says no more than that the signal was aborted. */
  isAbort(error: unknown): boolean {
    if (this.#abortReason === undefined) return false;
    return error === this.#abortReason || (error instanceof Error && error.name === 'AbortError');
  }
}
