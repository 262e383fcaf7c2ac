import { createGuardedController } from '../../runtime/guardedSignal';
import { readProperty } from '../../runtime/describeError';
import type { Message, MessageControl } from '../messages/Message';
import type { TimeoutEntry, TimeoutQueue } from '../../runtime/TimeoutQueue';
import type { TrafficObserver } from '../messages/TrafficObserver';
import type { ActionContract } from '../messages/defineAction';

/**
 * How far a result of a stream got: `behind`: the peer reads slower, wait; `overflow`: more is unsent than
 * allowed, it was not taken.
 */
export type NextOutcome = 'taken' | 'behind' | 'overflow';

/**
 * Where the answer of one message goes: a connection in production, a replay or a test elsewhere. Values are
 * as handlers gave them. `result`, `next` throw Unencodable before anything is written.
 */
export interface ReplyPort {
  /** The one result. */
  result(exchange: Exchange, value: unknown): void;
  /** One of several results. */
  next(exchange: Exchange, value: unknown): NextOutcome;
  /** No more results. */
  complete(exchange: Exchange): void;
  error(exchange: Exchange, code: string, message: string): void;
  /**
   * All handlers of the message have settled, or ignored its abort; its slot is free. Called exactly once.
   */
  released(exchange: Exchange): void;
  /** Calls back once when the peer has caught up, or at once when it has. */
  whenWritable(callback: () => void): void;
}

/** Who takes the answers of handlers: the handler chain. */
export interface Answering {
  acknowledge(exchange: Exchange, value: unknown): void;
  fail(exchange: Exchange, error: unknown): void;
  /** Code of the user's that belongs to a message has failed, and changes nothing of it. */
  callbackFailed(exchange: Exchange, error: unknown): void;
}

/** The one handling that all requests with one message-key share. */
export interface SharedRun {
  /** False while it is being written that the message is about to be handled. */
  readonly entered: boolean;
  /** The turn of one of its requests has come. */
  begin(): void;
  /** One of its requests was cancelled by the peer. */
  cancel(exchange: Exchange, reason: unknown): void;
}

/** The part of an exchange that belongs to the reply port: what it needs to write the answer. */
export interface ReplyState {
  /** message-id of the request; 0 on a one-shot connection. */
  replyId: number;
  /** The peer asked for no acknowledgement. */
  noAck: boolean;
  /** Size of the request on the wire. */
  wireBytes: number;
  /** The handling of a message with a key that this request has joined; undefined without Dedup. */
  run: SharedRun | undefined;
}

/** The part of an exchange that belongs to the handler chain: how far its handlers are. */
export interface HandlingState {
  handlers: readonly Registration[];
  index: number;
  /** The handler at work. */
  current: Registration | undefined;
  /** The handler whose concurrency is full and for which this message waits. */
  waitingFor: Registration | undefined;
  /** The terminal answer was given, or none will be; whatever comes later is dropped. */
  answered: boolean;
  /** A stream has begun to answer. */
  streaming: boolean;
  released: boolean;
  /** Its slot was given back; later than that its handler may still be at work. */
  freed: boolean;
  /** Its handler ignored that it was aborted. */
  stuck: boolean;
  /** Which of its times runs. */
  timeouts: TimeoutQueue<Exchange> | undefined;
  failed: boolean;
  failure: unknown;
  /** Ends what the handler at work has running; undefined when nothing can be ended. */
  stopWork: (() => void) | undefined;
  releasedCallbacks: (() => void)[] | undefined;
  /** Who watches this message and what it calls it; undefined when nobody did as it began. */
  observer: TrafficObserver | undefined;
  observed: unknown;
  /** How it ended, see TrafficObserver. */
  outcome: string;
}

/**
 * One message between its arrival and the end of its handlers: the states of the handler chain and of the
 * reply port in one object, because one is made for each message.
 */
export class Exchange implements MessageControl, TimeoutEntry, HandlingState, ReplyState {
  message!: Message;

  handlers: readonly Registration[] = [];
  index = 0;
  current: Registration | undefined = undefined;
  waitingFor: Registration | undefined = undefined;
  answered = false;
  streaming = false;
  released = false;
  /** Some handler took the message without failing, and gave no answer. */
  taken = false;
  freed = false;
  stuck = false;
  timeouts: TimeoutQueue<Exchange> | undefined = undefined;
  failed = false;
  failure: unknown = undefined;
  stopWork: (() => void) | undefined = undefined;
  releasedCallbacks: (() => void)[] | undefined = undefined;
  observer: TrafficObserver | undefined = undefined;
  observed: unknown = undefined;
  outcome = 'ok';

  replyId = 0;
  noAck = false;
  wireBytes = 0;
  run: SharedRun | undefined = undefined;

  timeoutPrevious: TimeoutEntry | undefined = undefined;
  timeoutNext: TimeoutEntry | undefined = undefined;
  timeoutAt = 0;
  timeoutArmed = false;
  #controller: AbortController | undefined = undefined;
  #abortReason: unknown = undefined;

  constructor(
    readonly port: ReplyPort,
    readonly chain: Answering,
  ) {}

  /** Calls what belongs to this message, see TrafficObserver. */
  within<T>(call: () => T): T {
    const { observer, observed } = this;
    return observer?.within === undefined ? call() : observer.within(observed, call);
  }

  acknowledge(value: unknown): void {
    this.chain.acknowledge(this, value);
  }

  fail(error: unknown): void {
    this.chain.fail(this, error);
  }

  signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = createGuardedController((error) => this.chain.callbackFailed(this, error));
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
    return error === this.#abortReason || readProperty(error, 'name') === 'AbortError';
  }
}

/** How a handler is called. */
export interface HandlerRules {
  readonly contract?: ActionContract | undefined;
  /** Messages at once. Default Infinity. */
  readonly concurrency?: number;
  /** Its messages pass by those that wait. Default false. */
  readonly urgent?: boolean;
  /**
   * True: the message is its own from here on; it answers through message.ack and message.fail. Default
   * false.
   */
  readonly claims?: boolean;
}

/** One handler in the order of handlers. */
export class Registration {
  /** Messages whose handler runs. */
  running = 0;
  /** Of those, calls that ignored the abort of their message. */
  stuck = 0;
  removed = false;
  /**
   * Messages that wait because `concurrency` are running, oldest first; a Set so that a cancelled one leaves
   * at once.
   */
  readonly waiting = new Set<Exchange>();
  /** Waiting messages are being started further up the stack. */
  starting = false;
  readonly contract: ActionContract | undefined;
  readonly concurrency: number;
  readonly urgent: boolean;
  readonly claims: boolean;

  constructor(
    /** The action, or undefined for '*'. */
    readonly action: string | undefined,
    readonly call: (value: unknown, message: Message) => unknown,
    { contract, concurrency = Infinity, urgent = false, claims = false }: HandlerRules = {},
  ) {
    this.contract = contract;
    this.concurrency = concurrency;
    this.urgent = urgent;
    this.claims = claims;
  }
}
