import { describeError } from '../../runtime/describeError';
import {
  AckTimeout,
  AppStopped,
  ConnectionClosed,
  DialectUnknown,
  LegacyEmptyContent,
  LegacyRawAction,
  PeerUnreachable,
  type Delivered,
  type SendErrorFields,
} from '../../errors/sending';
import { backoffMs } from '../../runtime/backoff';
import { ClientConnection, type ClientConnectionEvents } from './ClientConnection';
import type { ClientState, PeerContext } from './ClientContext';
import type { Dialect } from '../messages/Message';
import { type Send, failureFields } from './Send';
import { LimitedQueue } from './SendQueue';
import type { Link } from '../transport/Link';
import { SendTimeouts } from './SendTimeouts';

/**
 * A queue and the connections that empty it, in order. To a peer that is not known to be native one
 * connection at a time finds out; to a legacy peer each message has its own connection, `Parallel` at once;
 * to a native one a kept connection takes all.
 *
 * What is known of the peer (`#dialect`) decides how many connections there are:
 *
 * ```
 * unknown: the first message goes alone ── hello ─► native: `#kept` takes all
 *   ▲ │ any other reply                                │      ▲
 *   │ ▼                                                │      │ hello
 *   │ comet: each message has its own connection ──────┼──────┘
 *   └───── goaway, connection gone; not with `Dialect` ┘
 * ```
 *
 * and what waits decides whether one is opened:
 *
 * ```
 * idle ── a message waits ─► connecting ── link ─► open ── all closed ─► idle
 *                              ▲    │ failed, or refused before hello
 *                   delay over │    ▼
 *                             backoff
 * connecting, backoff ── nothing waits any more ─► idle
 * any ── close(): takes no more ─► stopped ── all answered, or abort() ─► over
 * ```
 *
 * Of several connections to a legacy peer some may be connecting, others open, while the delay of one that
 * failed runs; so these are no phases: they are read from `#attempts`, `#open` and `#backoffTimer`.
 */
export class SendLane implements ClientConnectionEvents {
  readonly #context: PeerContext;
  readonly #onState: (state: ClientState) => void;
  readonly #queue: LimitedQueue;
  readonly #timeouts: SendTimeouts;
  readonly #open = new Set<ClientConnection>();
  readonly #attempts = new Set<AbortController>();
  /** Links that are not closed yet, also those that were left. */
  #links = 0;
  #kept: ClientConnection | undefined;
  /** What the last exchange showed; undefined: to be found out. */
  #dialect: Dialect | undefined;
  #failedAttempts = 0;
  readonly #probes = new Set<AbortController>();
  #connectError: unknown;
  #backoffTimer: unknown;
  #stopped = false;
  #onIdle: (() => void) | undefined;
  #onClosed: (() => void) | undefined;

  constructor(context: PeerContext, onState: (state: ClientState) => void) {
    this.#context = context;
    this.#onState = onState;
    this.#queue = new LimitedQueue(context, () => this.#shrunk());
    this.#timeouts = new SendTimeouts(context.clock, (send) => this.#timedOut(send));
    const { dialect } = context.config;
    this.#dialect = dialect === 'auto' ? undefined : dialect;
  }

  /** Messages that wait, and those on the wire without their answer. */
  get unfinished(): number {
    let count = this.#queue.length;
    for (const connection of this.#open) count += connection.inFlight;
    return count;
  }

  get queued(): number {
    return this.#queue.length;
  }

  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  /** False: the queue is past its high-water mark, or has no room at all. */
  submit(send: Send): boolean {
    if (this.#stopped) {
      send.error(new AppStopped('the app was stopped', this.#fields(send, 'no')));
      return true;
    }
    // Its signal was aborted before.
    if (send.done) return true;
    if (send.awaited) {
      send.keep();
      this.#timeouts.arm(send);
    }
    const kept = this.#kept;
    if (kept !== undefined && this.#queue.length === 0 && kept.hasRoom) {
      this.#writeTo(kept, send);
      return !this.#queue.overHighWater;
    }
    if (this.#queue.add(send)) this.#pump();
    return !this.#queue.overHighWater;
  }

  /** Takes no more sends. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** True: nothing waits and the connection takes a request at once. */
  get writable(): boolean {
    return this.#kept !== undefined && this.#queue.length === 0 && this.#kept.hasRoom && !this.#stopped;
  }

  /** Only while `writable`; false when it must go the way of `submit`. */
  writeUnconfirmed(text: string): boolean {
    return this.#kept?.writeUnconfirmed(text) === true;
  }

  /** Nobody waits for it any more: it leaves the queue, or is cancelled at the peer. */
  withdraw(send: Send): void {
    if (send.done) return;
    send.drop();
    this.#remove(send, false);
  }

  /** Takes it from the queue; false when it was written, or is over. */
  recall(send: Send): boolean {
    if (send.done || send.connection !== undefined) return false;
    this.withdraw(send);
    return true;
  }

  /** Resolves when the queue is below half its high-water mark. */
  drained(): Promise<void> {
    return this.#queue.drained();
  }

  /** Nothing waits, nothing is unanswered, and the system has taken what asks for no answer. */
  get #idle(): boolean {
    if (this.unfinished > 0) return false;
    for (const connection of this.#open) if (!connection.flushed) return false;
    return true;
  }

  /** After `close()`: resolves when nothing waits and nothing is unanswered. */
  idle(): Promise<void> {
    if (this.#idle) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** Takes no more sends; what it has goes on, but for what an outbox keeps for the next start. */
  close(): void {
    this.#stopped = true;
    for (const send of this.#queue.takeKept()) {
      send.error(new AppStopped('the app was stopped; it is kept', this.#fields(send, 'no')));
    }
    if (this.#queue.length === 0) this.#abortAttempts();
    if (this.unfinished === 0) for (const connection of this.#open) connection.finish();
  }

  /** Gives up what is left; returns how many messages are lost by that. What an outbox keeps is not. */
  abort(): number {
    this.#stopped = true;
    let count = 0;
    for (const send of this.#queue.clear()) {
      if (!send.fromOutbox) count += 1;
      send.error(new AppStopped('the app was stopped before it was sent', this.#fields(send, 'no')));
    }
    for (const connection of [...this.#open]) {
      for (const send of connection.unanswered()) {
        if (!send.fromOutbox) count += 1;
        send.error(
          new AppStopped('the app was stopped before the answer came', this.#fields(send, 'unknown')),
        );
      }
      connection.destroy();
    }
    this.#abortAttempts();
    for (const probe of this.#probes) probe.abort();
    this.#queue.stop();
    this.#timeouts.clear();
    this.#settleWaits();
    return count;
  }

  /** After `abort`: resolves when no link is left. */
  allClosed(): Promise<void> {
    if (this.#links === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onClosed = resolve;
    });
  }

  /**
   * Whether the peer takes a connection and keeps it for so long without being told anything. Never rejects.
   */
  async probe(forMs: number): Promise<boolean> {
    const { transport, config, clock } = this.#context;
    const probe = new AbortController();
    this.#probes.add(probe);
    try {
      const link = await transport.connect(config, probe.signal);
      this.#links += 1;
      const connection = { peer: link.peer, dialect: undefined };
      this.#tell('open', connection);
      return await new Promise<boolean>((resolve) => {
        const end = (alive: boolean): void => {
          clock.clearTimeout(timer);
          resolve(alive);
          link.destroy();
        };
        const timer = clock.setTimeout(() => end(true), forMs, { ref: true });
        const closed = (): void => {
          end(false);
          this.#tell('close', connection);
          this.#linkClosed();
        };
        link.open({ data: () => undefined, end: () => end(false), drain: () => undefined, close: closed });
        probe.signal.addEventListener('abort', () => end(false));
        if (probe.signal.aborted) end(false);
      });
    } catch (error) {
      // As any attempt: logs and stop() go by it that the peer cannot be reached.
      if (!probe.signal.aborted) {
        this.#failedAttempts += 1;
        const reason = describeError(error);
        this.#onState({ kind: 'backoff', attempt: this.#failedAttempts, delayMs: 0, reason });
      }
      return false;
    } finally {
      this.#probes.delete(probe);
    }
  }

  // ClientConnectionEvents

  kept(connection: ClientConnection): void {
    this.#dialect = 'native';
    this.#failedAttempts = 0;
    if (connection.heedsHeartbeat)
      for (const send of connection.unanswered()) if (send.fromOutbox) send.disarm();
    this.#tell('dialect', connection);
    if (this.#kept === undefined) {
      this.#kept = connection;
      this.#pump();
      return;
    }
    connection.finish();
  }

  legacy(connection: ClientConnection): void {
    if (this.#context.config.dialect === 'auto') this.#dialect = 'comet';
    this.#failedAttempts = 0;
    this.#tell('dialect', connection);
    this.#drop(connection);
  }

  room(connection: ClientConnection): void {
    if (connection === this.#kept) this.#pump();
    else this.#settleWaits();
  }

  goaway(connection: ClientConnection, unhandled: Send[]): void {
    if (connection === this.#kept) this.#forgetKept();
    for (const send of unhandled) send.connection = undefined;
    this.#queue.putBack(unhandled);
    this.#pump();
  }

  refused(sends: Send[], error: Error): void {
    for (const send of sends) {
      send.connection = undefined;
      if (!send.awaited) send.disarm();
    }
    this.#queue.putBack(sends);
    this.#attemptFailed(error);
  }

  closed(connection: ClientConnection): void {
    this.#drop(connection);
    this.#linkClosed();
  }

  #linkClosed(): void {
    this.#links -= 1;
    if (this.#links === 0) this.#onClosed?.();
  }

  #drop(connection: ClientConnection): void {
    if (!this.#open.delete(connection)) return;
    if (connection === this.#kept) this.#forgetKept();
    this.#tell('close', connection);
    this.#pump();
  }

  /** The next connection finds out anew: another peer may listen there by then. */
  #forgetKept(): void {
    this.#kept = undefined;
    if (this.#context.config.dialect === 'auto') this.#dialect = undefined;
  }

  #pump(): void {
    const kept = this.#kept;
    if (kept !== undefined) {
      while (kept.hasRoom) {
        const send = this.#queue.shift();
        if (send === undefined) break;
        this.#writeTo(kept, send);
      }
    } else {
      this.#refuseUnspeakable();
      const limit = this.#dialect === 'comet' ? this.#context.config.parallel : 1;
      while (
        this.#backoffTimer === undefined &&
        this.#attempts.size < this.#queue.length &&
        this.#attempts.size + this.#staying < limit
      ) {
        void this.#connect();
      }
    }
    this.#settleWaits();
    this.#showState();
  }

  /** Connections that may still take requests, or answer the one they have. */
  get #staying(): number {
    let count = 0;
    for (const connection of this.#open) if (!connection.leaving) count += 1;
    return count;
  }

  /**
   * What cannot be said to a peer that is not known to be native, or would hang it (protocol 1.4), never
   * becomes a first message.
   */
  #refuseUnspeakable(): void {
    if (this.#dialect === 'native' || (this.#dialect === undefined && this.#staying > 0)) return;
    for (let send = this.#queue.peek(); send?.raw !== undefined; send = this.#queue.peek()) {
      const fields = this.#fields(send, 'no');
      if (send.action !== '') {
        this.#queue.shift();
        send.error(
          this.#dialect === 'comet'
            ? new LegacyRawAction('a legacy peer cannot be given an action with raw content', fields)
            : new DialectUnknown(
                'raw content with an action can only go to a native peer, and nothing has shown yet what this one speaks; send a JSON message first or set Dialect: native',
                fields,
              ),
        );
      } else if (send.raw.byteLength === 0) {
        this.#queue.shift();
        send.error(new LegacyEmptyContent('empty content would hang a legacy peer', fields));
      } else return;
    }
  }

  async #connect(): Promise<void> {
    const attempt = new AbortController();
    this.#attempts.add(attempt);
    try {
      const link = await this.#context.transport.connect(this.#context.config, attempt.signal);
      this.#links += 1;
      if (attempt.signal.aborted) {
        dropUnused(link, () => this.#linkClosed());
        return;
      }
      this.#attempts.delete(attempt);
      this.#connectError = undefined;
      const connection = new ClientConnection(link, this.#context, this);
      this.#refuseUnspeakable();
      const first = this.#queue.shift();
      if (first === undefined) {
        dropUnused(link, () => this.#linkClosed());
        this.#pump();
        return;
      }
      this.#open.add(connection);
      this.#tell('open', connection);
      if (!first.awaited) this.#timeouts.arm(first);
      connection.start(first);
      this.#pump();
    } catch (error) {
      this.#attempts.delete(attempt);
      if (attempt.signal.aborted) return;
      this.#attemptFailed(error);
    }
  }

  #attemptFailed(error: unknown): void {
    this.#connectError = error;
    this.#failedAttempts += 1;
    this.#backOff(error);
  }

  #backOff(error: unknown): void {
    if (this.#backoffTimer !== undefined) return;
    if (this.#queue.length === 0) {
      this.#showState();
      return;
    }
    const { clock, config, random } = this.#context;
    const delayMs = backoffMs(config.reconnect, this.#failedAttempts, random());
    const reason = describeError(error);
    // Somebody may wait for what is queued, so this timer keeps the process.
    this.#backoffTimer = clock.setTimeout(
      () => {
        this.#backoffTimer = undefined;
        this.#pump();
      },
      delayMs,
      { ref: true },
    );
    this.#onState({ kind: 'backoff', attempt: this.#failedAttempts, delayMs, reason });
  }

  #writeTo(connection: ClientConnection, send: Send): void {
    // The answer to a message of the outbox is worth waiting for: giving it up would only mean to send it
    // again.
    const patient = send.fromOutbox && connection.heedsHeartbeat;
    if (!send.awaited && send.confirm && !patient) this.#timeouts.arm(send);
    connection.write(send);
  }

  #timedOut(send: Send): void {
    const within = `within ${send.timeoutMs} ms`;
    const connecting = this.#attempts.size > 0 && this.#open.size === 0;
    if (send.connection === undefined && (connecting || this.#connectError !== undefined)) {
      const { message: reason = 'the first attempt goes on' } = (this.#connectError ?? {}) as Partial<Error>;
      const fields = { ...this.#fields(send, 'no'), cause: this.#connectError };
      send.error(
        new PeerUnreachable(`no connection to "${this.#context.config.name}" ${within}: ${reason}`, fields),
      );
    } else {
      const delivered = send.answered ? 'yes' : send.connection === undefined ? 'no' : 'unknown';
      const { name, ackTimeoutMs } = this.#context.config;
      const limit = send.timeoutMs === ackTimeoutMs ? 'Ack_timeout_ms' : 'timeoutMs';
      const before = send.answered
        ? `the results of "${send.action}" from "${name}" did not end ${within}`
        : `no answer from "${name}" to "${send.action}" ${within}`;
      const after = send.answered ? '; send() gives each as it comes' : '';
      send.error(new AckTimeout({ before, limit, after }, this.#fields(send, delivered)));
    }
    this.#remove(send, send.key !== undefined);
  }

  /** A done send leaves where it was. */
  #remove(send: Send, repeatable: boolean): void {
    if (send.connection !== undefined) {
      send.connection.cancel(send, repeatable);
      this.#settleWaits();
      return;
    }
    this.#queue.forget(send);
    this.#shrunk();
  }

  /** The queue has lost sends that were not written. */
  #shrunk(): void {
    if (this.#queue.length === 0) this.#abortAttempts();
    this.#settleWaits();
    this.#showState();
  }

  /** Nothing is left to connect for. */
  #abortAttempts(): void {
    this.#context.clock.clearTimeout(this.#backoffTimer);
    this.#backoffTimer = undefined;
    for (const attempt of this.#attempts)
      attempt.abort(
        new ConnectionClosed('not needed any more', {
          client: this.#context.config.name,
          action: '',
          delivered: 'no',
        }),
      );
    this.#attempts.clear();
  }

  #settleWaits(): void {
    this.#queue.settleDrained();
    if (!this.#stopped || this.unfinished > 0) return;
    for (const connection of this.#open) connection.finish();
    if (!this.#idle) return;
    this.#onIdle?.();
    this.#onIdle = undefined;
  }

  #showState(): void {
    if (this.#open.size > 0) this.#onState({ kind: 'open' });
    else if (this.#attempts.size > 0) this.#onState({ kind: 'connecting' });
    else if (this.#backoffTimer === undefined) this.#onState({ kind: 'idle' });
  }

  #tell(
    kind: 'open' | 'dialect' | 'close',
    { peer, dialect }: Pick<ClientConnection, 'peer' | 'dialect'>,
  ): void {
    const { name } = this.#context.config;
    this.#context.onConnection({ kind, side: 'client', name, peer, dialect, open: this.#open.size });
  }

  #fields(send: Send, delivered: Delivered): SendErrorFields {
    return failureFields(this.#context.config.name, send, delivered);
  }
}

function dropUnused(link: Link, onClosed: () => void): void {
  const ignore = (): void => undefined;
  link.open({ data: ignore, end: ignore, drain: ignore, close: onClosed });
  link.destroy();
}
