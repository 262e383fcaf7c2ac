import type { CometConfig } from '../config/types/CometConfig';
import type { RxcometError } from '../errors/RxcometError';
import { AppLog } from '../observe/logs/AppLog';
import { createMetricsServer, type MetricsServer } from '../observe/metrics/createMetricsServer';
import { ConnectionCounts } from '../observe/stats/ConnectionCounts';
import { MessageLog } from '../observe/logs/MessageLog';
import { observeWith } from '../observe/observeWith';
import { Stats } from '../observe/stats/Stats';
import { Tracing } from '../observe/Tracing';
import { UnreachableLog } from '../observe/logs/UnreachableLog';
import type { Clock } from '../runtime/Clock';
import type { Logger } from '../runtime/Logger';
import type { Peer } from '../streams/client/Peer';
import type { ConnectionEvent } from '../streams/messages/ConnectionEvent';
import type { Address } from '../runtime/endpoint';
import { createStatsSource, type StatsParts } from './createStatsSource';
import type { StopResult } from './stopParts';

/** What an app is watched with. */
export interface AppObservationOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly report: (error: RxcometError) => void;
  readonly parts: Omit<StatsParts, 'connections'>;
}

/**
 * What an app shows of itself: figures, log lines, traces. Each stands in the path of messages only while
 * somebody wants it.
 */
export class AppObservation {
  readonly stats: Stats;
  readonly #config: CometConfig;
  readonly #options: AppObservationOptions;
  readonly #connections = new ConnectionCounts();
  readonly #log: AppLog;
  readonly #unreachable: UnreachableLog;
  readonly #messageLog: MessageLog | undefined;
  readonly #metrics: MetricsServer | undefined;
  #tracing: Tracing | undefined;
  #counting = false;
  #address: Address | undefined;

  constructor(config: CometConfig, options: AppObservationOptions) {
    const { clock, logger, report, parts } = options;
    this.#config = config;
    this.#options = options;
    this.#log = new AppLog(logger);
    this.#messageLog = MessageLog.for(logger, clock);
    this.#unreachable = new UnreachableLog(clock, logger, (client) =>
      holdsMessages(parts.clients.get(client)),
    );
    for (const [name, peer] of parts.clients) {
      peer.state$.subscribe((state) => this.#unreachable.follow(name, state));
    }
    this.stats = new Stats({
      clock,
      source: createStatsSource({ ...parts, connections: this.#connections }),
      onBegin: () => {
        this.#counting = true;
        this.#install();
      },
    });
    const { metrics } = config;
    if (metrics !== undefined) {
      this.#metrics = createMetricsServer({ address: metrics, stats: this.stats, clock, report });
    }
    this.#findTracing();
  }

  /** Opens the endpoint for Prometheus, if there is one. Rejects with ListenFailed or MissingPackage. */
  async listen(): Promise<void> {
    // A program may set OpenTelemetry up after the app was made.
    this.#findTracing();
    this.#address = await this.#metrics?.listen();
  }

  /** Where Prometheus can scrape; undefined while nothing listens. */
  get address(): Address | undefined {
    return this.#address;
  }

  /** The hosts are open. */
  listening(addresses: readonly Address[]): void {
    this.#log.listening(addresses, this.#address);
  }

  follow(event: ConnectionEvent): void {
    this.#connections.follow(event);
    this.#unreachable.connection(event);
    this.#log.connection(event);
  }

  /** Closes the endpoint; what is counted afterwards still reaches subscribers. */
  async close(): Promise<void> {
    this.#address = undefined;
    await this.#metrics?.close();
  }

  /** The app has stopped. */
  stopped(result: StopResult): void {
    this.stats.complete();
    this.#log.stopped(result);
  }

  #findTracing(): void {
    this.#tracing ??= Tracing.find(this.#config.clients, this.#options.logger);
    this.#install();
  }

  #install(): void {
    const stats = this.#counting ? this.stats : undefined;
    this.#options.parts.messages.current = observeWith([stats, this.#messageLog, this.#tracing]);
  }
}

/** Whether its outbox holds any. */
function holdsMessages(peer: Peer | undefined): boolean {
  let depth = 0;
  peer?.outbox$.subscribe((state) => (depth = state.depth)).unsubscribe();
  return depth > 0;
}
