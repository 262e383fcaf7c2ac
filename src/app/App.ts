import type { Address } from '../runtime/endpoint';
import { Subject, type Observable, type ObservableInput, type Subscription } from 'rxjs';
import { createActorSystem } from '../actors/engine/createActorSystem';
import type { ActorRef } from '../actors/ActorRef';
import type { ClientConfig } from '../config/types/ClientConfig';
import type { CometConfig } from '../config/types/CometConfig';
import { BadOption } from '../errors/setUp';
import type { RxcometError } from '../errors/RxcometError';
import { UnknownClient } from '../errors/sending';
import type { StatsSnapshot } from '../observe/stats/StatsSnapshot';
import { type Clock, systemClock, withLongTimers } from '../runtime/Clock';
import { keepProcessFor } from '../runtime/keepProcess';
import { cutName } from '../runtime/names';
import { type Logger, guardLogger } from '../runtime/Logger';
import { nearestName } from '../runtime/nearestName';
import type { ActionContract } from '../streams/messages/defineAction';
import type { ConnectionEvent } from '../streams/messages/ConnectionEvent';
import type { Handler, HandlerOptions } from '../streams/messages/Handler';
import { Host } from '../streams/host/Host';
import { describeError } from '../runtime/describeError';
import { guardClock, guardRandom } from '../runtime/guardClock';
import { guardStream } from '../runtime/GuardedStream';
import type { Message } from '../streams/messages/Message';
import { createNodeTransport } from '../streams/transport/node/createNodeTransport';
import { Observation } from '../streams/messages/TrafficObserver';
import { Client } from '../streams/client/Client';
import type { Peer } from '../streams/client/Peer';
import type { Transport } from '../streams/transport/Transport';
import type { AppActors } from './actors/AppActors';
import { AppHandlers, type StreamOptions } from './AppHandlers';
import { AppObservation } from './AppObservation';
import type { AppOptions } from './AppOptions';
import { clearTokenWarning } from './clearTokenWarning';
import { ConnectionActors } from './actors/ConnectionActors';
import { consoleLogger } from './consoleLogger';
import { crashPoints, createDedupStore, createOutbox, dedupToClose, outboxToClose } from './stores';
import { DetachedStreams } from './DetachedStreams';
import type { Failure } from './Failure';
import { FailureReporter } from './FailureReporter';
import { AppTransport } from './AppTransport';
import { RemoteRef } from './actors/RemoteRef';
import { type StopResult, stopParts, within } from './stopParts';

const DEFAULT_GRACE_MS = 5000;
/** Replies of a peer are taken up to this size; a host has its own limit for requests. */
const MAX_REPLY_BYTES = 256 * 1024 * 1024;
const MAX_REPLY_NESTING = 1024;

/** Hosts, clients, handlers and their streams, made by `createApp`. */
export class App {
  /** Every accepted request, before the handlers. Hot; never errors; completes when the app has stopped. */
  readonly messages$: Observable<Message>;
  /**
   * What went wrong and nobody waited for. Hot; while nobody subscribes, failures go to the logger,
   * throttled.
   */
  readonly failures$: Observable<Failure>;
  /** Connections of hosts and clients coming and going. Hot. */
  readonly connections$: Observable<ConnectionEvent>;
  /**
   * How the app is doing, in figures: a snapshot at subscription, then every second, and a last one when the
   * app has stopped. Counting begins with the first subscription, or at `start()` with `Metrics` in the
   * configuration; before that it costs nothing.
   *
   * @example
   * app.stats$.subscribe(({ messages, clients }) => {
   *   console.log(messages.received, clients.map(({ queued }) => queued));
   * });
   */
  readonly stats$: Observable<StatsSnapshot>;
  /** The clients by name, COMET's way: `app.client.Telegram`. */
  readonly client: Readonly<Record<string, Peer>>;
  /** The actor system of the app. */
  readonly actors: AppActors;
  readonly config: CometConfig;

  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #logger: Logger;
  readonly #handlers: AppHandlers;
  readonly #hosts: readonly Host[];
  readonly #clients = new Map<string, Client>();
  readonly #messages = new Subject<Message>();
  readonly #connections = new Subject<ConnectionEvent>();
  readonly #failures: FailureReporter;
  readonly #connectionActors: ConnectionActors;
  readonly #observation: AppObservation;
  readonly #detached = new DetachedStreams((error) => this.#report(error));
  #starting: Promise<void> | undefined;
  #stopping: Promise<StopResult> | undefined;

  constructor(config: CometConfig, options: AppOptions) {
    const logger = guardLogger(options.logger ?? consoleLogger);
    const clock = guardClock(withLongTimers(options.clock ?? systemClock), logger);
    const random = guardRandom(options.random ?? Math.random);
    const transport = new AppTransport(this, options.transport ?? createNodeTransport());
    this.config = config;
    this.#clock = clock;
    this.#random = random;
    this.#logger = logger;
    this.#failures = new FailureReporter(clock, logger, (code) => this.#observation.stats.failed(code));
    this.failures$ = guardStream(this.#failures.failures$, (error) =>
      this.#logger.error({ code: error.code, err: error }, error.message),
    );
    this.#handlers = new AppHandlers({
      clock,
      random,
      report: (error, action) => this.#failures.report(error, '', action),
    });
    const reportSubscriber = (error: RxcometError): void => this.#failures.report(error, '', '');
    this.messages$ = guardStream(this.#messages, reportSubscriber);
    this.connections$ = guardStream(this.#connections, reportSubscriber);
    const system = createActorSystem('app', { clock, random, logger });
    this.actors = {
      ...system,
      events$: guardStream(system.events$, reportSubscriber),
      deadLetters$: guardStream(system.deadLetters$, reportSubscriber),
      tree$: guardStream(system.tree$, reportSubscriber),
      remote: (name, action) => new RemoteRef(this.peer(name), action, this.connections$),
    };
    this.#connectionActors = new ConnectionActors(system);
    const observation = new Observation();
    this.#hosts = config.hosts.map(
      (host) =>
        new Host({
          config: host,
          transport,
          clock,
          registry: this.#handlers.registry,
          bigint: config.bigint,
          dedupStore: createDedupStore(host, (error) => this.#report(error), crashPoints.get(config)),
          dedupHook: crashPoints.get(config)?.dedupStep,
          onMessage: (message) => {
            if (this.#messages.observed) this.#messages.next(message);
          },
          onConnection: (event) => this.#onConnection(event),
          onDeadLetter: ({ message }, error) => {
            this.#report(error);
            system.deadLetter(`/action/${cutName(message.action)}`, message.value, 'no-handler');
          },
          report: (error) => this.#report(error),
          observation,
        }),
    );
    const byName = Object.create(null) as Record<string, Peer>;
    for (const clientConfig of config.clients) {
      const client = this.#createClient(clientConfig, transport, observation);
      this.#clients.set(client.name, client);
      byName[client.name] = client;
      this.#connectionActors.addClient(client);
    }
    this.client = Object.freeze(byName);
    this.#observation = new AppObservation(config, {
      clock,
      logger,
      report: (error) => this.#report(error),
      parts: {
        registry: this.#handlers.registry,
        hosts: this.#hosts,
        clients: this.#clients,
        tree: () => system.tree(),
        messages: observation,
      },
    });
    this.stats$ = guardStream(this.#observation.stats.stats$, reportSubscriber);
    const clearTokens = clearTokenWarning(config.clients);
    for (const warning of clearTokens === undefined ? config.warnings : [...config.warnings, clearTokens]) {
      logger.warn({ file: config.file }, warning);
    }
  }

  /** Where the first host listens. Throws ERR_BAD_OPTION while nothing listens. */
  get address(): Address {
    const [first] = this.addresses;
    if (first === undefined)
      throw new BadOption('app.address: nothing listens; configure a Host and await app.start()');
    return first;
  }

  /** Where the hosts listen, in the order of the configuration. */
  get addresses(): readonly Address[] {
    return this.#hosts.flatMap(({ address }) => (address === undefined ? [] : [address]));
  }

  /** Where Prometheus scrapes, with `Metrics` in the configuration and after `start()`; else undefined. */
  get metricsAddress(): Address | undefined {
    return this.#observation.address;
  }

  /**
   * Adds a handler for an action, or for '*': every action. Handlers are asked in the order added; the first
   * answer that is not undefined or null goes back as the acknowledgement. An ActorRef gets each message
   * through its mailbox and its reply goes back.
   *
   * @returns unsubscribe it to remove the handler; messages it has begun are still answered.
   * @throws BadOption for arguments of the wrong type
   * @example
   * app.handle('TelegramBot', (value) => `got ${JSON.stringify(value)}`);
   */
  handle<V, A>(action: ActionContract<V, A>, handler: Handler<V, A>, options?: HandlerOptions): Subscription;
  handle<M, R>(
    action: string | ActionContract<M, R>,
    actor: ActorRef<M, R>,
    options?: HandlerOptions,
  ): Subscription;
  handle(action: string, handler: Handler, options?: HandlerOptions): Subscription;
  handle(action: unknown, handler: unknown, options: HandlerOptions = {}): Subscription {
    return this.#handlers.add(action, handler, options);
  }

  /**
   * Adds a pipeline as the handler of an action: it claims every message it gets and acknowledges with the
   * operator `acknowledge`, or by `message.ack` and `message.fail`. A message not acknowledged within
   * `Handler_timeout_ms` gets ERR_HANDLER_TIMEOUT. When the pipeline errors its open messages get error
   * acknowledgements and it is subscribed anew with backoff; when it completes it is removed.
   *
   * @param options `acknowledge: 'on-arrival'` answers null at once.
   * @example
   * app.handleStream('Temp', (message$) => message$.pipe(sampleTime(1000), tap(show)), { acknowledge: 'on-arrival' });
   */
  handleStream<V, A>(
    action: ActionContract<V, A>,
    build: (message$: Observable<Message<V, A>>) => ObservableInput<unknown>,
    options?: StreamOptions,
  ): Subscription;
  handleStream(
    action: string,
    build: (message$: Observable<Message>) => ObservableInput<unknown>,
    options?: StreamOptions,
  ): Subscription;
  handleStream(action: unknown, build: unknown, options: StreamOptions = {}): Subscription {
    return this.#handlers.addStream(action, build, options);
  }

  /**
   * A client of the configuration by its name.
   *
   * @throws UnknownClient (ERR_UNKNOWN_CLIENT) with the nearest name
   */
  peer(name: string): Peer {
    return this.#clientNamed(name);
  }

  /**
   * Subscribes to a send, or anything piped from it, and forgets it: results are dropped, an error reaches
   * `failures$`, and `stop()` waits for it within its grace time.
   *
   * @example
   * app.detach(telegram.send('Log', line).pipe(retry(2)));
   */
  detach(source: Observable<unknown>): Subscription {
    return this.#detached.add(source);
  }

  /**
   * Opens all hosts, or none: resolves when peers can connect, rejects with ListenFailed (ERR_LISTEN) when an
   * address is taken or not ours. Also opens `Metrics` and the outboxes, whose messages of last time go out
   * now; rejects with OutboxLocked (ERR_OUTBOX_LOCKED) when another process has one, and MissingPackage
   * (ERR_MISSING_PACKAGE) when a package for that isn't there. Called again, it gives the same promise; after
   * `stop()` it rejects.
   */
  start(): Promise<void> {
    if (this.#stopping !== undefined) {
      return Promise.reject(new BadOption('app.start: the app was stopped; make a new one with createApp'));
    }
    this.#starting ??= keepProcessFor(this.#start());
    return this.#starting;
  }

  /**
   * Stops in phases: no new connections and messages, native peers are told; running handlers and accepted
   * sends may end within `graceMs` (default 5000, Infinity waits); what is left is aborted, and a legacy peer
   * that still waits gets an error as its one frame, with `Linger_ms` to read it. Never rejects; nothing of
   * ours stays open. Called again, it gives the same promise.
   */
  stop(options: { readonly graceMs?: number } = {}): Promise<StopResult> {
    this.#stopping ??= keepProcessFor(this.#stop(this.#graceMsOf(options)));
    return this.#stopping;
  }

  /**
   * Reads the PEM files of all hosts with `TLS` again, for connections from now on; open ones stay. Clients
   * read theirs at each connect. Rejects with BadCertificate (ERR_CERTIFICATE) when a file cannot be used;
   * the certificate in use stays then.
   *
   * @example
   * process.on('SIGHUP', () => void app.reloadCertificates().catch(console.error));
   */
  async reloadCertificates(): Promise<void> {
    const results = await Promise.allSettled(this.#hosts.map((host) => host.reloadCertificates()));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #start(): Promise<void> {
    const results = await Promise.allSettled([
      this.#observation.listen(),
      ...[...this.#clients.values()].map((client) => client.openOutbox()),
      ...this.#hosts.map((host) => host.listen()),
    ]);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed === undefined) {
      for (const host of this.#hosts) this.#connectionActors.addHost(host);
      this.#observation.listening(this.addresses);
      return;
    }
    await Promise.all([this.#observation.close(), ...this.#hosts.map((host) => host.close())]);
    for (const host of this.#hosts) host.abort();
    await Promise.all(this.#hosts.map((host) => host.closeStore()));
    this.#starting = undefined;
    throw failed.reason;
  }

  /** A time that is none must not keep the app from stopping. */
  #graceMsOf({ graceMs = DEFAULT_GRACE_MS }: { readonly graceMs?: number }): number {
    if (graceMs >= 0) return graceMs;
    const text = `app.stop: graceMs must be 0 or above, not ${String(graceMs)}; ${DEFAULT_GRACE_MS} ms are given`;
    this.#report(new BadOption(text));
    return DEFAULT_GRACE_MS;
  }

  async #stop(graceMs: number): Promise<StopResult> {
    const clock = this.#clock;
    const from = clock.now();
    // A start under way ends first, whatever comes of it; on a disk that hangs it does not.
    if (this.#starting !== undefined) await within(graceMs, clock, this.#starting);
    const thrown = (error: unknown): void =>
      this.#logger.error({ err: error }, `app.stop: ${describeError(error)}`);
    const result = await stopParts(
      {
        clock,
        hosts: this.#hosts,
        clients: [...this.#clients.values()],
        handlers: this.#handlers,
        detached: this.#detached,
        actors: this.actors,
        stores: [
          ...this.#hosts.map((host, index) => dedupToClose(this.config.hosts[index], host)),
          ...this.config.clients.map((client) => outboxToClose(client, this.#clientNamed(client.name))),
        ],
        report: (error) => this.#report(error),
        thrown,
      },
      Math.max(0, graceMs - (clock.now() - from)),
    );
    this.#messages.complete();
    this.#connections.complete();
    this.#failures.complete();
    await this.#observation.close().catch(thrown);
    this.#observation.stopped(result);
    return result;
  }

  #clientNamed(name: string): Client {
    const client = this.#clients.get(name);
    if (client !== undefined) return client;
    const known = [...this.#clients.keys()];
    throw new UnknownClient(name, known, nearestName(name, known));
  }

  #createClient(config: ClientConfig, transport: Transport, observation: Observation): Client {
    const clock = this.#clock;
    const random = this.#random;
    const report = (error: RxcometError, action: string): void =>
      this.#failures.report(error, config.name, action);
    return new Client({
      config,
      transport,
      clock,
      random,
      bigint: this.config.bigint,
      maxContentBytes: MAX_REPLY_BYTES,
      maxNesting: MAX_REPLY_NESTING,
      report: (error, client, action) => this.#failures.report(error, client, action),
      onConnection: (event) => this.#onConnection(event),
      observation,
      outbox: createOutbox(config, { clock, random, report }, crashPoints.get(this.config)),
    });
  }

  #report(error: RxcometError): void {
    const peer = textField(error, 'peer') || textField(error, 'client');
    this.#failures.report(error, peer, textField(error, 'action'));
  }

  #onConnection(event: ConnectionEvent): void {
    this.#connectionActors.follow(event);
    this.#observation.follow(event);
    if (this.#connections.observed) this.#connections.next(event);
  }
}

function textField(error: object, field: string): string {
  const value = (error as Record<string, unknown>)[field];
  return typeof value === 'string' ? value : '';
}
