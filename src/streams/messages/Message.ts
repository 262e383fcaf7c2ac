/** What a message can do to its own request; implemented by the host, by a replay, by a test. */
export interface MessageControl {
  acknowledge(value: unknown): void;
  fail(error: unknown): void;
  /** Made at the first call, so that messages whose handlers never ask for it cost nothing. */
  signal(): AbortSignal;
  /** Calls what belongs to this message, so that traces know. Left out: nothing is traced. */
  within?<T>(call: () => T): T;
  /** Calls back once when the message is over: answered, cancelled or timed out, and its handlers through. */
  onReleased(callback: () => void): void;
}

/**
 * How a peer speaks: `comet` is COMET's own one exchange a connection, `native` keeps the connection
 * (protocol 2).
 */
export type Dialect = 'comet' | 'native';

/** The facts of a message, see {@link Message}. */
export interface MessageFields<V> {
  readonly action: string;
  readonly value: V;
  readonly peer: string;
  readonly host: string;
  readonly id: number | undefined;
  readonly key: string | undefined;
  readonly redelivered: boolean;
  readonly receivedAt: number;
  readonly dialect: Dialect;
  readonly trace: string | undefined;
}

/**
 * One accepted request, as handlers, `messages$` and stream handlers get it.
 *
 * @example
 * app.messages$.subscribe(({ action, value, peer }) => console.log(peer, action, value));
 */
export class Message<V = unknown, A = unknown> implements MessageFields<V> {
  readonly action: string;
  /** Any JSON value; a Uint8Array for raw content. */
  readonly value: V;
  /** The sender as ip:port. */
  readonly peer: string;
  /** The host that accepted it as ip:port. */
  readonly host: string;
  /** The sender's message-id; undefined for a legacy peer. */
  readonly id: number | undefined;
  /** The sender's message-key, the same in every repeat of this message; undefined when it gave none. */
  readonly key: string | undefined;
  /** True when this message may have been handled before. */
  readonly redelivered: boolean;
  /** Wall-clock time in ms since 1970, UTC. */
  readonly receivedAt: number;
  readonly dialect: Dialect;
  /** The W3C traceparent that came with it. */
  readonly trace: string | undefined;
  readonly #control: MessageControl;

  constructor(fields: MessageFields<V>, control: MessageControl) {
    this.action = fields.action;
    this.value = fields.value;
    this.peer = fields.peer;
    this.host = fields.host;
    this.id = fields.id;
    this.key = fields.key;
    this.redelivered = fields.redelivered;
    this.receivedAt = fields.receivedAt;
    this.dialect = fields.dialect;
    this.trace = fields.trace;
    this.#control = control;
  }

  /**
   * Aborts when the peer cancels or disconnects, when the handler's time is up, and at the end of grace when
   * the app stops.
   */
  get signal(): AbortSignal {
    return this.#control.signal();
  }

  /**
   * Acknowledges by hand. The first answer wins; later ones are dropped. Without a value the sender gets
   * null.
   */
  ack(value?: A): void {
    this.#control.acknowledge(value);
  }

  /**
   * Answers with an error acknowledgement: its `code` (ERR_HANDLER_FAILED without one) and message go to the
   * sender, never a stack.
   */
  fail(error: unknown): void {
    this.#control.fail(error);
  }

  /** The same message with its value decoded; answers go to the same request. */
  withValue<W>(value: W): Message<W, A> {
    const { action, peer, host, id, key, redelivered, receivedAt, dialect, trace } = this;
    const fields = { action, value, peer, host, id, key, redelivered, receivedAt, dialect, trace };
    return new Message<W, A>(fields, this.#control);
  }

  /**
   * Calls what belongs to this message from where nobody would know that it does, a pipeline that gathers
   * messages for instance: with OpenTelemetry set up, what is sent there becomes a part of its trace. A
   * handler runs within its message already.
   */
  within<T>(call: () => T): T {
    return this.#control.within === undefined ? call() : this.#control.within(call);
  }

  /** Calls back once when the message is over: answered, cancelled or timed out, and its handlers through. */
  onReleased(callback: () => void): void {
    this.#control.onReleased(callback);
  }
}
