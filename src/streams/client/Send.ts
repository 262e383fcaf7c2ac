import type { RxcometError } from '../../errors/RxcometError';
import type { SentMessage, TrafficObserver } from '../messages/TrafficObserver';
import type { TimeoutEntry, TimeoutQueue } from '../../runtime/TimeoutQueue';
import type { Delivered, SendErrorFields } from '../../errors/sending';
import { keepProcess, letProcessEnd } from '../../runtime/keepProcess';

/** Where the outcome of a send goes. After `complete` or `error` nothing more comes. */
export interface SendSink {
  next(value: unknown): void;
  complete(): void;
  error(error: RxcometError): void;
}

/** What a send needs of the connection it was written to. */
export interface SendCarrier {
  /** Nobody waits for the outcome any more; `repeatable`: it will be sent again. */
  cancel(send: Send, repeatable: boolean): void;
}

/** What is wanted of a message: its results, that its arrival is acknowledged, or nothing. */
export type SendKind = 'awaited' | 'confirmed' | 'unconfirmed';

/** One message on its way: in the queue, then on a connection, then done. */
export class Send implements TimeoutEntry {
  timeoutPrevious: TimeoutEntry | undefined = undefined;
  timeoutNext: TimeoutEntry | undefined = undefined;
  timeoutAt = 0;
  timeoutArmed = false;
  /** The queue that holds its timeout. */
  timeouts: TimeoutQueue<Send> | undefined = undefined;

  /** Somebody waits, so that its time runs from now on and not from the writing. */
  readonly awaited: boolean;
  /** The peer is asked for an acknowledgement. */
  readonly confirm: boolean;
  done = false;
  /** The connection it was written to. */
  connection: SendCarrier | undefined = undefined;
  /** message-id on that connection. */
  id = 0;
  /** Called once when it is over, however it ended. */
  onDone: (() => void) | undefined = undefined;
  /** Clock time at which it entered the queue, for Ttl_ms. */
  queuedAt = 0;
  /** An outbox has it on disk, so that giving it up means another try. */
  fromOutbox = false;
  /** Its time runs to its last result; otherwise to the first. */
  untilLast = false;
  /** A result has come. */
  answered = false;
  /** It keeps the process. */
  #keeps = false;
  #watch: Watch | undefined = undefined;

  constructor(
    readonly action: string,
    /** JSON text of the whole request, undefined for raw content. */
    readonly text: string | undefined,
    readonly raw: Uint8Array | undefined,
    kind: SendKind,
    readonly timeoutMs: number,
    readonly key: string | undefined,
    /** W3C traceparent it travels with. */
    public trace: string | undefined,
    public sink: SendSink,
  ) {
    this.awaited = kind === 'awaited';
    this.confirm = kind !== 'unconfirmed';
  }

  /**
   * What it weighs in the queue, in bytes (two-byte characters count as one; the limit is a guard, not an
   * account).
   */
  get weight(): number {
    return this.text === undefined ? (this.raw?.byteLength ?? 0) : this.text.length;
  }

  /** From here on the observer hears how it goes, and may give it a traceparent. */
  observe(observer: TrafficObserver, client: string): void {
    const watch = new Watch(observer, client, this);
    const token = observer.sendBegan(watch);
    watch.token = token;
    this.#watch = watch;
    this.trace = observer.traceparent?.(token) ?? this.trace;
    if (observer.within !== undefined)
      this.sink = new TracedSink(this.sink, observer.within.bind(observer, token));
  }

  /** Somebody waits for it: the process stays until it is over. */
  keep(): void {
    this.#keeps = true;
    keepProcess();
  }

  next(value: unknown): void {
    if (!this.done) this.sink.next(value);
  }

  complete(): void {
    if (this.done) return;
    this.#finish('ok');
    this.sink.complete();
  }

  error(error: RxcometError): void {
    if (this.done) return;
    this.#finish(error.code);
    this.sink.error(error);
  }

  /** Nobody wants the outcome any more. */
  drop(): void {
    if (!this.done) this.#finish('cancelled');
  }

  /** One of several results has come. */
  began(): void {
    this.answered = true;
    if (!this.untilLast) this.disarm();
  }

  disarm(): void {
    this.timeouts?.remove(this);
    this.timeouts = undefined;
  }

  #finish(outcome: string): void {
    this.done = true;
    if (this.#keeps) letProcessEnd();
    const watch = this.#watch;
    if (watch !== undefined) watch.observer.sendEnded(watch, watch.token, outcome);
    if (this.timeouts !== undefined) this.disarm();
    this.onDone?.();
  }
}

/**
 * Who watches a send, what it calls it and what it sees: one object, since one is made for each message while
 * somebody watches.
 */
class Watch implements SentMessage {
  readonly action: string;
  readonly kind: 'tell' | 'ask';
  readonly confirm: boolean;
  readonly key: string | undefined;
  readonly trace: string | undefined;
  token: unknown = undefined;

  constructor(
    readonly observer: TrafficObserver,
    readonly client: string,
    { action, awaited, confirm, key, trace }: Send,
  ) {
    this.action = action;
    this.kind = awaited ? 'ask' : 'tell';
    this.confirm = confirm;
    this.key = key;
    this.trace = trace;
  }
}

/** Tells a sink where it belongs, since answers come in wherever the socket is read. */
class TracedSink implements SendSink {
  constructor(
    readonly sink: SendSink,
    readonly within: (call: () => void) => void,
  ) {}

  next(value: unknown): void {
    this.within(() => this.sink.next(value));
  }

  complete(): void {
    this.within(() => this.sink.complete());
  }

  error(error: RxcometError): void {
    this.within(() => this.sink.error(error));
  }
}

/** What every error of a send says of it. */
export function failureFields(client: string, send: Send, delivered: Delivered): SendErrorFields {
  return { client, action: send.action, delivered, key: send.key };
}
