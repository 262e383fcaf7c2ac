import { formatEndpoint } from '../../runtime/endpoint';
import { limitName } from '../../runtime/limitNames';
import { AppStopping } from '../../errors/handling';
import { LinkFailed, PeerNotAllowed, TooManyConnections } from '../../errors/connections';
import { RxcometError } from '../../errors/RxcometError';
import { AllowList } from './AllowList';
import type { ConnectionEvent } from '../messages/ConnectionEvent';
import type { Dialect } from '../messages/Message';
import { createTokenCheck } from './token';
import { Dedup } from '../dedup/Dedup';
import type { DedupCounts } from '../dedup/DedupStore';
import { HandlerChain } from '../dispatch/HandlerChain';
import { HostConnection, type HostConnectionEvents } from './HostConnection';
import type { HostContext, HostOptions, Lingering } from './HostContext';
import type { Link } from '../transport/Link';
import { type MemoryBudget, type MemoryGroup, processMemoryBudget } from './MemoryBudget';
import { RequestReader } from './RequestReader';
import type { Listener } from '../transport/Transport';
import { TimeoutQueue } from '../../runtime/TimeoutQueue';

/** Refused connections that are being told why; beyond that many more they are dropped without a word. */
const REFUSALS_AT_ONCE = 64;

/** One address that listens, and its connections. */
export class Host {
  readonly #options: HostOptions;
  readonly #connections = new Set<HostConnection>();
  /** Those of them that may not stay; they take no place from others. */
  readonly #refused = new Set<HostConnection>();
  /** Those of them that were refused when they came, of which `connections$` hears nothing. */
  readonly #neverOpen = new Set<HostConnection>();
  readonly #allow: AllowList | undefined;
  readonly #memory: MemoryBudget;
  readonly #memoryGroup: MemoryGroup;
  readonly #chain: HandlerChain;
  readonly #dedup: Dedup | undefined;
  readonly #lingering: TimeoutQueue<Lingering>;
  readonly #sweepMs: number;
  #context: HostContext | undefined;
  #listener: Listener | undefined;
  readonly #events: HostConnectionEvents = {
    onDialect: (connection, dialect) => this.#tell('dialect', connection, dialect),
    onClosed: (connection, lost) => {
      this.#lost += lost;
      this.#connections.delete(connection);
      this.#refused.delete(connection);
      if (!this.#neverOpen.delete(connection)) this.#tell('close', connection, connection.dialect);
      if (this.#connections.size > 0) return;
      if (this.#closed) this.#lingering.clear();
      this.#options.clock.clearTimeout(this.#sweepTimer);
      this.#sweepTimer = undefined;
      this.#tellIfEmpty();
    },
  };
  #lost = 0;
  #closed = false;
  #sweepTimer: unknown;
  #onEmpty: (() => void)[] = [];

  constructor(options: HostOptions) {
    const { clock, config, registry, report, onDeadLetter } = options;
    const { limits, heartbeatMs, allow } = config;
    this.#options = options;
    this.#allow = allow === undefined ? undefined : new AllowList(allow);
    this.#memory = options.memory ?? processMemoryBudget;
    this.#memoryGroup = {
      limitBytes: limits.memoryBudgetBytes,
      maxConnections: limits.maxConnections,
      holders: this.#connections,
    };
    this.#chain = new HandlerChain({
      registry,
      clock,
      handlerTimeoutMs: limits.handlerTimeoutMs,
      streamIdleMs: limits.streamIdleMs,
      abortGraceMs: limits.abortGraceMs,
      report,
      onDeadLetter,
      observation: options.observation,
    });
    if (config.dedup !== undefined) {
      this.#dedup = new Dedup({
        config: config.dedup,
        maxAnswerBytes: limits.maxUnsentBytes,
        clock,
        chain: this.#chain,
        store: options.dedupStore,
        hook: options.dedupHook,
        onMessage: options.onMessage,
        report,
        onIdle: () => this.#tellIfEmpty(),
      });
    }
    this.#lingering = new TimeoutQueue(clock, limits.lingerMs, (connection: Lingering) =>
      connection.lingered(),
    );
    const periods = [limits.frameTimeoutMs, limits.writeTimeoutMs, limits.idleTimeoutMs, heartbeatMs];
    // Ages are judged this often, so a limit is kept to within an eighth of the shortest.
    this.#sweepMs = Math.min(1000, Math.max(10, Math.min(...periods.filter((period) => period > 0)) / 8));
  }

  /** ip and port in use; undefined while it does not listen. */
  get address(): { readonly ip: string; readonly port: number } | undefined {
    const listener = this.#listener;
    return listener === undefined ? undefined : { ip: listener.ip, port: listener.port };
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Messages whose handlers have not settled. */
  get unfinished(): number {
    // A handling that has a connection is counted there.
    let count = this.#dedup?.deserted ?? 0;
    for (const connection of this.#connections) count += connection.unfinished;
    return count;
  }

  /** Messages whose connection went before their handlers had settled, since the start. */
  get lost(): number {
    return this.#lost;
  }

  /** Calls of handlers that ignored the abort of their message and go on. */
  get stuckHandlers(): number {
    return this.#chain.stuckHandlers;
  }

  get droppedAnswers(): number {
    return this.#chain.droppedAnswers;
  }

  /** What `Dedup` did; undefined without it. */
  get dedup(): DedupCounts | undefined {
    return this.#dedup?.counts;
  }

  /**
   * Resolves once peers can connect; rejects with ListenFailed, or when the store of `Dedup.Path` cannot be
   * opened with DedupLocked (ERR_DEDUP_LOCKED), DedupFailed (ERR_DEDUP) or MissingPackage
   * (ERR_MISSING_PACKAGE).
   */
  async listen(): Promise<void> {
    const { config, transport, report } = this.#options;
    this.#closed = false;
    await this.#dedup?.open();
    const early: Link[] = [];
    let onLink = (link: Link): void => void early.push(link);
    const onError = (error: Error): void =>
      report(
        error instanceof RxcometError
          ? error
          : new LinkFailed(`accepting connections: ${error.message}`, { peer: '', cause: error }),
      );
    let listener: Listener;
    try {
      listener = await transport.listen(config, (link) => onLink(link), onError);
    } catch (error) {
      await this.closeStore();
      throw error;
    }
    this.#listener = listener;
    this.#memory.join(this.#memoryGroup);
    const name = formatEndpoint(listener.ip, listener.port);
    const context = this.#createContext(name);
    this.#context = context;
    onLink = (link) => this.#accept(link, context);
    for (const link of early) onLink(link);
  }

  /**
   * Reads the PEM files of `TLS` again, for connections from now on. Rejects with BadCertificate, and those
   * in use stay.
   */
  async reloadCertificates(): Promise<void> {
    await this.#listener?.reloadCertificates?.();
  }

  /** Takes no more connections, and from those open no more messages. */
  async close(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#closed = true;
    for (const connection of [...this.#connections]) connection.goaway();
    await listener?.close();
  }

  /** Resolves when no connection is open and no handling goes on without one. */
  emptied(): Promise<void> {
    if (this.#empty) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty.push(resolve));
  }

  /** Drops what is left, but for a last frame that is owed; returns how many messages were cut off. */
  abort(): number {
    let aborted = this.#dedup?.deserted ?? 0;
    // Only those linger on that are owed a last frame now.
    this.#lingering.clear();
    for (const connection of [...this.#connections]) {
      aborted += connection.abort(new AppStopping('the app stops and the grace time is over'));
    }
    this.#dedup?.abort();
    this.#chain.close();
    this.#options.clock.clearTimeout(this.#sweepTimer);
    this.#sweepTimer = undefined;
    this.#memory.leave(this.#memoryGroup);
    return aborted;
  }

  /** Closes the store of `Dedup.Path`, when all is written; after `abort`. Never rejects. */
  async closeStore(): Promise<void> {
    await this.#dedup?.close();
  }

  get #empty(): boolean {
    return this.#connections.size === 0 && (this.#dedup?.active ?? 0) === 0;
  }

  #tellIfEmpty(): void {
    if (this.#empty) for (const resolve of this.#onEmpty.splice(0)) resolve();
  }

  #createContext(name: string): HostContext {
    const { config, clock, bigint, onMessage, report } = this.#options;
    return {
      config,
      clock,
      chain: this.#chain,
      dedup: this.#dedup,
      requests: new RequestReader({ bigint, maxNesting: config.limits.maxNesting }),
      name,
      allow: this.#allow,
      isAuthorized: config.token === undefined ? undefined : createTokenCheck(config.token.reveal()),
      memory: this.#memory,
      observation: this.#options.observation,
      lingering: this.#lingering,
      onMessage,
      report,
    };
  }

  #accept(link: Link, context: HostContext): void {
    const refusal = this.#refusalOf(link);
    // A handshake may end after the listener was closed.
    if (this.#closed || (refusal !== undefined && this.#refused.size >= REFUSALS_AT_ONCE)) {
      if (refusal !== undefined) this.#options.report(refusal);
      link.open({ data: ignore, end: ignore, drain: ignore, close: ignore });
      link.destroy();
      return;
    }
    const connection = new HostConnection(link, context, this.#events);
    this.#connections.add(connection);
    connection.open();
    if (refusal === undefined) this.#tell('open', connection, undefined);
    else {
      this.#refused.add(connection);
      this.#neverOpen.add(connection);
    }
    if (this.#sweepTimer === undefined) this.#sweepLater();
    if (refusal !== undefined) connection.refuse(refusal);
  }

  /** Why a peer may not stay, if so. */
  #refusalOf({ peer, peerIp }: Link): RxcometError | undefined {
    if (this.#allow !== undefined && this.#allow.find(peerIp) === undefined) {
      return new PeerNotAllowed('this address may not connect here (Allow)', { peer });
    }
    const { maxConnections } = this.#options.config.limits;
    if (this.#connections.size - this.#refused.size < maxConnections || this.#dropUnbegun()) return undefined;
    const text = `${maxConnections} connections are open already (${limitName('maxConnections')})`;
    return new TooManyConnections(text, { peer });
  }

  /**
   * Closes the oldest connection on which no whole frame has come, so that who says nothing keeps nobody out;
   * false without one.
   */
  #dropUnbegun(): boolean {
    const { clock, config } = this.#options;
    const now = clock.now();
    for (const connection of this.#connections) {
      if (this.#refused.has(connection) || !connection.isUnbegun(now)) continue;
      this.#refused.add(connection);
      const text = `another peer needs a place, ${config.limits.maxConnections} connections are open (${limitName('maxConnections')}), and no frame has come`;
      const error = new TooManyConnections(text, { peer: connection.peer });
      if (this.#refused.size > REFUSALS_AT_ONCE) connection.cutOff(error);
      else connection.refuse(error);
      return true;
    }
    return false;
  }

  #sweepLater(): void {
    const { clock } = this.#options;
    const dueAt = clock.now() + this.#sweepMs;
    this.#sweepTimer = clock.setTimeout(() => {
      this.#sweepTimer = undefined;
      const now = clock.now();
      // Called late, this process was blocked: what the peers said meanwhile has not been read yet, so nobody
      // is judged this time.
      if (now - dueAt < this.#sweepMs) for (const connection of [...this.#connections]) connection.check(now);
      this.#memory.relieve(now, this.#options.config.limits.frameTimeoutMs);
      if (this.#connections.size > 0) this.#sweepLater();
    }, this.#sweepMs);
  }

  #tell(kind: ConnectionEvent['kind'], connection: HostConnection, dialect: Dialect | undefined): void {
    const open = this.#connections.size - this.#refused.size;
    const name = this.#context?.name ?? '';
    this.#options.onConnection({ kind, side: 'host', name, peer: connection.peer, dialect, open });
  }
}

function ignore(): void {
  // Refused before it could say anything.
}
