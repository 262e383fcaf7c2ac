import type { Observable } from 'rxjs';
import {
  BehaviorSubject,
  EMPTY,
  filter,
  firstValueFrom,
  merge,
  type Subscriber,
  type TeardownLogic,
} from 'rxjs';
import type { RxcometError } from '../../errors/RxcometError';
import { BadOption } from '../../errors/setUp';
import { AppStopped, SendAborted } from '../../errors/sending';
import type { ActionContract } from '../messages/defineAction';
import type { ClientState, PeerContext } from './ClientContext';
import { encodeJson } from '../json/encodeJson';
import { copyBytes, isBytes } from '../../runtime/bytes';
import { GuardedStream, guardStream } from '../../runtime/GuardedStream';
import { SendLane } from './SendLane';
import type { DeliverKept, OutboxPort, OutboxState } from './OutboxPort';
import { Send, type SendSink } from './Send';
import {
  type SendOptions,
  type TellOptions,
  checkArguments,
  checkHeaderAction,
  contentOf,
  contractOf,
  nameOf,
  notSent,
} from './arguments';
import { AskSink, SubscriberSink, TellSink } from './sinks';
import { onAbort } from '../../runtime/onAbort';
import { keepProcessFor } from '../../runtime/keepProcess';

/** What a send carries, taken from its value; or why it cannot be sent. */
type HeldContent =
  | { readonly text: string | undefined; readonly raw: Uint8Array | undefined }
  | { readonly text: undefined; readonly raw: undefined; readonly error: unknown };

/** Action names whose JSON is kept. */
const CACHED_ACTIONS = 1024;
const NO_OPTIONS: TellOptions = {};

// Over 300 lines, because half of them tell users what they get; sinks and checks of arguments are apart.

/**
 * A named peer to send to, `app.peer(name)`. It connects at the first send and finds out by itself how the peer speaks.
 *
 * Messages are written in the order they were sent, also across reconnects; answers come in any order. An awaited send always ends:
 * with its result, or with a SendError whose `delivered` tells whether it may have arrived.
 */
export class Peer {
  /** Where the connection stands; emits the current state when subscribed, completes when the app has stopped, never errors. */
  readonly state$: Observable<ClientState>;
  /**
   * What the outbox holds, when the client has one (`Outbox` in the configuration): emits when subscribed and when it changes, a few times
   * a second at most; completes when the app has stopped, without an outbox at once.
   */
  readonly outbox$: Observable<OutboxState>;
  readonly #context: PeerContext;
  readonly #state = new BehaviorSubject<ClientState>({ kind: 'idle' });
  readonly #lane: SendLane;
  #urgentLane: SendLane | undefined;
  readonly #actionTexts = new Map<string, string>();
  readonly #reportSubscriber = (error: RxcometError): void => this.#context.report(error, this.name, '');

  constructor(context: PeerContext) {
    this.#context = context;
    this.state$ = guardStream(this.#state, this.#reportSubscriber);
    this.#lane = new SendLane(context, (state) => this.#show(state));
    const { outbox } = context;
    this.outbox$ = outbox === undefined ? EMPTY : guardStream(outbox.outbox$, this.#reportSubscriber);
    const deliver: DeliverKept = (message, sink) => {
      const { action, text, raw, key, trace, timeoutMs = context.config.ackTimeoutMs } = message;
      const send = new Send(action, text, raw, false, true, timeoutMs, key, trace, sink);
      send.fromOutbox = true;
      this.#observe(send);
      this.#lane.submit(send);
      return () => this.#lane.recall(send);
    };
    outbox?.connect(deliver, (forMs) => this.#lane.probe(forMs));
  }

  /** The name in the configuration. */
  get name(): string {
    return this.#context.config.name;
  }

  /** Messages waiting in the queue. */
  get queued(): number {
    return this.#lane.queued + (this.#urgentLane?.queued ?? 0);
  }

  /** Bytes of their contents. */
  get queuedBytes(): number {
    return this.#lane.queuedBytes + (this.#urgentLane?.queuedBytes ?? 0);
  }

  /** Messages waiting, and those without their answer. */
  get unfinished(): number {
    return this.#lane.unfinished + (this.#urgentLane?.unfinished ?? 0);
  }

  /**
   * Sends once for each subscription; emits the result, or each of several, and completes. Errors with a SendError; `timeoutMs` runs to the first
   * result.
   * Unsubscribing takes the message from the queue, or cancels it at the peer. The value is read at each subscription; a Uint8Array is
   * copied then, so that its owner may use it again.
   *
   * @example
   * telegram.send('Status', { unit: 4 }).subscribe((result) => console.log(result));
   */
  send<V, A>(contract: ActionContract<V, A>, value: V, options?: SendOptions): Observable<A>;
  send(action: string, value?: unknown, options?: SendOptions): Observable<unknown>;
  send(
    action: string | ActionContract,
    value?: unknown,
    options: SendOptions = NO_OPTIONS,
  ): Observable<unknown> {
    return this.guard((subscriber) => this.#start(subscriber, action, value, options, undefined));
  }

  /** For `sendTo`: as `send`, with the value as it is now, whenever its turn comes. */
  hold(action: string | ActionContract, value: unknown, options: SendOptions): Observable<unknown> {
    const held = this.#hold(action, value);
    return this.guard((subscriber) => this.#start(subscriber, action, undefined, options, held));
  }

  /** For `sendTo`: a stream whose subscribers' mistakes are failures of this client. */
  guard<T>(subscribe: (subscriber: Subscriber<T>) => TeardownLogic): Observable<T> {
    return new GuardedStream(subscribe, this.#reportSubscriber);
  }

  /**
   * Sends now and resolves with the result, the last one of several; null when nobody at the peer answered.
   * Rejects with a SendError, at the latest after `timeoutMs` (default `Ack_timeout_ms`), which runs to that last result: a stream without end is
   * for `send`.
   *
   * @example
   * const status = await telegram.ask('Status', { unit: 4 });
   */
  ask<V, A>(contract: ActionContract<V, A>, value: V, options?: SendOptions): Promise<A>;
  ask(action: string, value?: unknown, options?: SendOptions): Promise<unknown>;
  ask(action: string | ActionContract, value?: unknown, options: SendOptions = NO_OPTIONS): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const send = this.#create(
        action,
        value,
        options,
        true,
        new AskSink(resolve, reject, contractOf(action)),
      );
      if (send === undefined) return;
      send.untilLast = true;
      this.#enter(send, options).submit(send);
    });
  }

  /**
   * Sends now, returns at once and never throws; a failure reaches `app.failures$`. The value is read within the call, a Uint8Array copied.
   *
   * With an `Outbox` it is kept on disk until the peer has acknowledged it, also across restarts; not so what is `urgent`, because an
   * emergency stop must not run a day late, or asks for no confirmation.
   *
   * @returns false when the message was accepted but the queue is past its high-water mark: await `drained()` before more.
   * @example
   * telegram.tell('Log', 'ramp finished');
   */
  tell<V>(contract: ActionContract<V>, value: V, options?: TellOptions): boolean;
  tell(action: string, value?: unknown, options?: TellOptions): boolean;
  tell(action: string | ActionContract, value?: unknown, options: TellOptions = NO_OPTIONS): boolean {
    const sink = new TellSink((error) => this.#context.report(error, this.name, nameOf(action)));
    try {
      return this.#tell(action, value, options, sink);
    } catch (error) {
      // Options or a contract of the caller's that throw when they are asked.
      sink.error(notSent(error));
      return true;
    }
  }

  #tell(action: string | ActionContract, value: unknown, options: TellOptions, sink: SendSink): boolean {
    if (options.confirm === false && this.#tellAtOnce(action, value, options)) return true;
    const { outbox } = this.#context;
    if (outbox !== undefined && options.confirm !== false && options.urgent !== true) {
      return this.#keep(outbox, action, value, options, sink);
    }
    const send = this.#create(action, value, options, false, sink);
    return send === undefined || this.#enter(send, options).submit(send);
  }

  /** Resolves when the queue has emptied to half its high-water mark; at once when `tell` did not return false. */
  async drained(): Promise<void> {
    await keepProcessFor(this.#drained());
  }

  /**
   * Resolves when every message told so far is safe on the disk of the `Outbox`; without an outbox at once. Rejects with OutboxFailed
   * (ERR_OUTBOX) or QueueFull (ERR_QUEUE_FULL) when one of those told since the last call could not be kept; each of them is in
   * `app.failures$` too.
   *
   * @example
   * results.tell('Point', point);
   * await results.persisted(); // from here on a crash loses nothing
   */
  async persisted(): Promise<void> {
    const { outbox } = this.#context;
    if (outbox !== undefined) await keepProcessFor(outbox.persisted());
  }

  /** For the app: opens the outbox, if there is one. Rejects with OutboxLocked or OutboxFailed. */
  async openOutbox(): Promise<void> {
    await this.#context.outbox?.open();
  }

  /**
   * For the app: resolves when the peer has acknowledged all that the outbox held, or cannot be reached, so that waiting is of no use: what
   * is left goes out at the next start.
   */
  async outboxSent(): Promise<void> {
    const { outbox } = this.#context;
    if (outbox === undefined) return;
    // What could not be kept has been reported.
    await outbox.persisted().catch(() => undefined);
    const over$ = merge(
      outbox.outbox$.pipe(filter(({ depth }) => depth === 0)),
      this.#state.pipe(filter(({ kind }) => kind === 'backoff')),
    );
    await firstValueFrom(over$, { defaultValue: undefined });
  }

  /** For the app: takes no more into the outbox; resolves when what it has is on the disk. */
  async closeOutbox(): Promise<void> {
    await this.#context.outbox?.close();
  }

  /** For the app: takes no more sends. */
  close(): void {
    this.#lane.close();
    this.#urgentLane?.close();
  }

  /** For the app: resolves when every accepted send has ended. */
  async idle(): Promise<void> {
    await this.#lane.idle();
    await this.#urgentLane?.idle();
  }

  /** For the app: gives up the rest, returns how many messages that hit. */
  abort(): number {
    const count = this.#lane.abort() + (this.#urgentLane?.abort() ?? 0);
    this.#show({ kind: 'closed' });
    this.#state.complete();
    return count;
  }

  /** For the app, after `abort`: resolves when no connection is left. */
  async allClosed(): Promise<void> {
    await this.#lane.allClosed();
    await this.#urgentLane?.allClosed();
  }

  async #drained(): Promise<void> {
    await this.#context.outbox?.drained();
    await this.#lane.drained();
    await this.#urgentLane?.drained();
  }

  #laneFor(options: SendOptions): SendLane {
    if (options.urgent !== true) return this.#lane;
    return (this.#urgentLane ??= new SendLane(this.#context, () => undefined));
  }

  #start(
    subscriber: Subscriber<unknown>,
    action: string | ActionContract,
    value: unknown,
    options: SendOptions,
    held: HeldContent | undefined,
  ): (() => void) | undefined {
    const sink = new SubscriberSink(subscriber, contractOf(action));
    const send = this.#create(action, value, options, true, sink, held);
    if (send === undefined) return undefined;
    const lane = this.#enter(send, options);
    lane.submit(send);
    return () => lane.withdraw(send);
  }

  #hold(action: string | ActionContract, value: unknown): HeldContent {
    try {
      const content = contentOf(action, value);
      return isBytes(content)
        ? { text: undefined, raw: copyBytes(content) }
        : { text: this.#requestText(nameOf(action), content), raw: undefined };
    } catch (error) {
      return { text: undefined, raw: undefined, error };
    }
  }

  #enter(send: Send, options: SendOptions): SendLane {
    try {
      const lane = this.#laneFor(options);
      if (options.signal !== undefined) this.#heed(options.signal, send, lane);
      return lane;
    } catch (error) {
      // Of a signal that throws when it is asked; the lane takes nothing that is over.
      send.error(notSent(error));
      return this.#lane;
    }
  }

  /** The short way of a message that needs nothing but to be written now; false when it has to go the ordinary one. */
  #tellAtOnce(action: string | ActionContract, value: unknown, options: TellOptions): boolean {
    const { key, signal, urgent, timeoutMs, trace } = options;
    if (typeof action !== 'string' || isBytes(value) || !this.#lane.writable) return false;
    if (key !== undefined || signal !== undefined || urgent === true || timeoutMs !== undefined) return false;
    const observer = this.#context.observation.current;
    if (trace !== undefined || observer?.traces === true) return false;
    try {
      if (!this.#lane.writeUnconfirmed(this.#requestText(action, value))) return false;
    } catch {
      // The ordinary way tells what is wrong with the value.
      return false;
    }
    observer?.sentUnconfirmed(this.name, action);
    return true;
  }

  #requestText(action: string, value: unknown): string {
    return `{"action":${this.#actionText(action)},"value":${encodeJson(value)}}`;
  }

  /** Ends the send when the signal aborts; at once when it has been aborted already. */
  #heed(signal: AbortSignal, send: Send, lane: SendLane): void {
    const abort = (): void => {
      if (send.done) return;
      const delivered = send.connection === undefined ? 'no' : 'unknown';
      const fields = {
        client: this.name,
        action: send.action,
        delivered,
        key: send.key,
        cause: signal.reason as unknown,
      } as const;
      const { sink } = send;
      lane.withdraw(send);
      sink.error(new SendAborted('its signal was aborted', fields));
    };
    if (signal.aborted) {
      const fields = { client: this.name, action: send.action, delivered: 'no' as const, key: send.key };
      send.error(new SendAborted('its signal was aborted before', { ...fields, cause: signal.reason }));
      return;
    }
    send.onDone = onAbort(signal, abort);
  }

  /** undefined when the message cannot be sent at all; the sink has been told. */
  #create(
    action: string | ActionContract,
    value: unknown,
    options: TellOptions,
    awaited: boolean,
    sink: SendSink,
    held?: HeldContent,
  ): Send | undefined {
    try {
      checkArguments(action, options);
      if (held !== undefined && 'error' in held) throw held.error;
      const content = held === undefined ? contentOf(action, value) : held.raw;
      const name = nameOf(action);
      // The caller may use its bytes again at once, and they may wait here, or be sent again.
      const raw = isBytes(content) ? copyBytes(content) : undefined;
      if (raw !== undefined) checkHeaderAction(name);
      const text = held?.text ?? (raw === undefined ? this.#requestText(name, content) : undefined);
      const { confirm = true, key, trace, timeoutMs = this.#context.config.ackTimeoutMs } = options;
      const send = new Send(name, text, raw, awaited, confirm, timeoutMs, key, trace, sink);
      this.#observe(send);
      return send;
    } catch (error) {
      sink.error(notSent(error));
      return undefined;
    }
  }

  /** The way of a detached message through the outbox. */
  #keep(
    outbox: OutboxPort,
    action: string | ActionContract,
    value: unknown,
    options: TellOptions,
    sink: SendSink,
  ): boolean {
    try {
      checkArguments(action, options);
      if (this.#lane.stopped) {
        const fields = { client: this.name, action: nameOf(action), delivered: 'no' as const };
        throw new AppStopped('the app was stopped', fields);
      }
      if (options.signal !== undefined) {
        throw new BadOption(
          'what an Outbox keeps cannot be taken back by a signal; leave `signal` out or use send()',
        );
      }
      const content = contentOf(action, value);
      const name = nameOf(action);
      const raw = isBytes(content) ? copyBytes(content) : undefined;
      if (raw !== undefined) checkHeaderAction(name);
      const text = raw === undefined ? this.#requestText(name, content) : undefined;
      const { key, timeoutMs } = options;
      const trace = options.trace ?? this.#context.observation.current?.activeTrace?.();
      return outbox.keep({ action: name, text, raw, key, trace, timeoutMs });
    } catch (error) {
      sink.error(notSent(error));
      return true;
    }
  }

  #observe(send: Send): void {
    const observer = this.#context.observation.current;
    if (observer !== undefined) send.observe(observer, this.name);
  }

  #actionText(action: string): string {
    let text = this.#actionTexts.get(action);
    if (text === undefined) {
      text = JSON.stringify(action);
      if (this.#actionTexts.size < CACHED_ACTIONS) this.#actionTexts.set(action, text);
    }
    return text;
  }

  #show(state: ClientState): void {
    if (this.#state.closed || (this.#state.value.kind === state.kind && state.kind !== 'backoff')) return;
    this.#state.next(state);
  }
}
