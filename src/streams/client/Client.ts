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
import type { Peer } from './Peer';
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
const noOptions: TellOptions = {};

/**
 * A client of an app: what {@link Peer} shows to users, and its life from the first connection to the stop of
 * the app.
 */
export class Client implements Peer {
  readonly state$: Observable<ClientState>;
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
      const send = new Send(action, text, raw, 'confirmed', timeoutMs, key, trace, sink);
      send.fromOutbox = true;
      this.#observe(send);
      this.#lane.submit(send);
      return () => this.#lane.recall(send);
    };
    outbox?.connect(deliver, (forMs) => this.#lane.probe(forMs));
  }

  get name(): string {
    return this.#context.config.name;
  }

  get queued(): number {
    return this.#lane.queued + (this.#urgentLane?.queued ?? 0);
  }

  get queuedBytes(): number {
    return this.#lane.queuedBytes + (this.#urgentLane?.queuedBytes ?? 0);
  }

  get unfinished(): number {
    return this.#lane.unfinished + (this.#urgentLane?.unfinished ?? 0);
  }

  send<V, A>(contract: ActionContract<V, A>, value: V, options?: SendOptions): Observable<A>;
  send(action: string, value?: unknown, options?: SendOptions): Observable<unknown>;
  send(
    action: string | ActionContract,
    value?: unknown,
    options: SendOptions = noOptions,
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

  ask<V, A>(contract: ActionContract<V, A>, value: V, options?: SendOptions): Promise<A>;
  ask(action: string, value?: unknown, options?: SendOptions): Promise<unknown>;
  ask(action: string | ActionContract, value?: unknown, options: SendOptions = noOptions): Promise<unknown> {
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

  tell<V>(contract: ActionContract<V>, value: V, options?: TellOptions): boolean;
  tell(action: string, value?: unknown, options?: TellOptions): boolean;
  tell(action: string | ActionContract, value?: unknown, options: TellOptions = noOptions): boolean {
    try {
      // First, so that what leaves at once costs no sink.
      if (options.confirm === false && this.#tellAtOnce(action, value, options)) return true;
      return this.#tell(action, value, options);
    } catch (error) {
      // Options or a contract of the caller's that throw when they are asked.
      this.#tellSink(action).error(notSent(error));
      return true;
    }
  }

  #tell(action: string | ActionContract, value: unknown, options: TellOptions): boolean {
    const sink = this.#tellSink(action);
    const { outbox } = this.#context;
    if (outbox !== undefined && options.confirm !== false && options.urgent !== true) {
      return this.#keep(outbox, action, value, options, sink);
    }
    const send = this.#create(action, value, options, false, sink);
    return send === undefined || this.#enter(send, options).submit(send);
  }

  /** Nobody waits for the outcome of a tell: what is wrong is a failure of this client. */
  #tellSink(action: string | ActionContract): TellSink {
    return new TellSink((error) => this.#context.report(error, this.name, nameOf(action)));
  }

  async drained(): Promise<void> {
    await keepProcessFor(this.#drained());
  }

  async persisted(): Promise<void> {
    const { outbox } = this.#context;
    if (outbox !== undefined) await keepProcessFor(outbox.persisted());
  }

  /** Opens the outbox, if there is one. Rejects with OutboxLocked or OutboxFailed. */
  async openOutbox(): Promise<void> {
    await this.#context.outbox?.open();
  }

  /**
   * Resolves when the peer has acknowledged all that the outbox held, or cannot be reached, so that waiting
   * is of no use: what is left goes out at the next start.
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

  /** Takes no more into the outbox; resolves when what it has is on the disk. */
  async closeOutbox(): Promise<void> {
    await this.#context.outbox?.close();
  }

  /** Takes no more sends. */
  close(): void {
    this.#lane.close();
    this.#urgentLane?.close();
  }

  /** Resolves when every accepted send has ended. */
  async idle(): Promise<void> {
    await this.#lane.idle();
    await this.#urgentLane?.idle();
  }

  /** Gives up the rest, returns how many messages that hit. */
  abort(): number {
    const count = this.#lane.abort() + (this.#urgentLane?.abort() ?? 0);
    this.#show({ kind: 'closed' });
    this.#state.complete();
    return count;
  }

  /** After `abort`: resolves when no connection is left. */
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

  /**
   * The short way of a message that needs nothing but to be written now; false when it has to go the ordinary
   * one.
   */
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
      const kind = awaited ? 'awaited' : confirm ? 'confirmed' : 'unconfirmed';
      const send = new Send(name, text, raw, kind, timeoutMs, key, trace, sink);
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
