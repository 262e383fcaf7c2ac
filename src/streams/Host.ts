import { AppStopping } from '../errors/AppStopping';
import { LinkFailed } from '../errors/LinkFailed';
import type { RxcometError } from '../errors/RxcometError';
import { TooManyConnections } from '../errors/TooManyConnections';
import type { ConnectionEvent } from './ConnectionEvent';
import type { Dialect } from './Dialect';
import { Dispatcher } from './Dispatcher';
import { HostConnection } from './HostConnection';
import type { HostContext } from './HostContext';
import type { HostOptions } from './HostOptions';
import type { Link } from './Link';
import { RequestReader } from './RequestReader';
import type { Listener } from './Transport';
import { TimeoutQueue } from './TimeoutQueue';

/** Connections over the limit that are being told so; beyond that many more they are dropped without a word. */
const REFUSALS_AT_ONCE = 64;

/** One address that listens, and its connections. */
export class Host {
  readonly #options: HostOptions;
  readonly #connections = new Set<HostConnection>();
  readonly #dispatcher: Dispatcher;
  readonly #lingering: TimeoutQueue<HostConnection>;
  readonly #sweepMs: number;
  #context: HostContext | undefined;
  #listener: Listener | undefined;
  #sweepTimer: unknown;
  #onEmpty: (() => void) | undefined;

  constructor(options: HostOptions) {
    const { clock, config, registry, report, onDeadLetter } = options;
    const { limits, heartbeatMs } = config;
    this.#options = options;
    this.#dispatcher = new Dispatcher({
      registry,
      clock,
      handlerTimeoutMs: limits.handlerTimeoutMs,
      streamIdleMs: limits.streamIdleMs,
      report,
      onDeadLetter,
    });
    this.#lingering = new TimeoutQueue(clock, limits.lingerMs, (connection: HostConnection) =>
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
    let count = 0;
    for (const connection of this.#connections) count += connection.unfinished;
    return count;
  }

  get droppedAnswers(): number {
    return this.#dispatcher.droppedAnswers;
  }

  /** Resolves once peers can connect; rejects with ListenFailed. */
  async listen(): Promise<void> {
    const { config, transport, report } = this.#options;
    const early: Link[] = [];
    let onLink = (link: Link): void => void early.push(link);
    const listener = await transport.listen(
      config,
      (link) => onLink(link),
      (error) =>
        report(new LinkFailed(`accepting connections: ${error.message}`, { peer: '', cause: error })),
    );
    this.#listener = listener;
    const name = addressText(listener.ip, listener.port);
    const context = this.#createContext(name);
    this.#context = context;
    onLink = (link) => this.#accept(link, context);
    for (const link of early) onLink(link);
  }

  /** Takes no more connections, and from those open no more messages. */
  async close(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    for (const connection of [...this.#connections]) connection.goaway();
    await listener?.close();
  }

  /** Resolves when no connection is open. */
  emptied(): Promise<void> {
    if (this.#connections.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
    });
  }

  /** Drops what is left; returns how many messages were cut off. */
  abort(): number {
    let aborted = 0;
    for (const connection of [...this.#connections]) {
      aborted += connection.abort(new AppStopping('the app stops and the grace time is over'));
    }
    this.#lingering.clear();
    this.#dispatcher.close();
    this.#options.clock.clearTimeout(this.#sweepTimer);
    this.#sweepTimer = undefined;
    return aborted;
  }

  #createContext(name: string): HostContext {
    const { config, clock, bigint, onMessage, report } = this.#options;
    return {
      config,
      clock,
      dispatcher: this.#dispatcher,
      requests: new RequestReader({ bigint, maxNesting: config.limits.maxNesting }),
      name,
      lingering: this.#lingering,
      onMessage,
      report,
      onDialect: (connection, dialect) => this.#tell('dialect', connection, dialect),
      onClosed: (connection) => {
        this.#connections.delete(connection);
        this.#tell('close', connection, connection.dialect);
        if (this.#connections.size > 0) return;
        clock.clearTimeout(this.#sweepTimer);
        this.#sweepTimer = undefined;
        this.#onEmpty?.();
        this.#onEmpty = undefined;
      },
    };
  }

  #accept(link: Link, context: HostContext): void {
    const { limits } = this.#options.config;
    const full = this.#connections.size >= limits.maxConnections;
    if (full && this.#connections.size >= limits.maxConnections + REFUSALS_AT_ONCE) {
      link.open({ data: ignore, end: ignore, drain: ignore, close: ignore });
      link.destroy();
      return;
    }
    const connection = new HostConnection(link, context);
    this.#connections.add(connection);
    connection.open();
    this.#tell('open', connection, undefined);
    if (this.#sweepTimer === undefined) this.#sweepLater();
    if (full) connection.refuse(tooMany(connection.peer, limits.maxConnections));
  }

  #sweepLater(): void {
    this.#sweepTimer = this.#options.clock.setTimeout(() => {
      this.#sweepTimer = undefined;
      const now = this.#options.clock.now();
      for (const connection of [...this.#connections]) connection.check(now);
      if (this.#connections.size > 0) this.#sweepLater();
    }, this.#sweepMs);
  }

  #tell(kind: ConnectionEvent['kind'], connection: HostConnection, dialect: Dialect | undefined): void {
    const open = this.#connections.size;
    const name = this.#context?.name ?? '';
    this.#options.onConnection({ kind, side: 'host', name, peer: connection.peer, dialect, open });
  }
}

function tooMany(peer: string, limit: number): RxcometError {
  return new TooManyConnections(`${limit} connections are open already (Limits.Max_connections)`, { peer });
}

function ignore(): void {
  // Refused before it could say anything.
}

function addressText(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}
