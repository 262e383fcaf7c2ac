import type * as PromClient from 'prom-client';
import type { Clock } from '../../runtime/Clock';
import { loadOptional } from '../../runtime/loadOptional';
import { metricFamilies } from './metricFamilies';
import type { MetricFamily } from './MetricFamily';
import type { Stats, StatsReader } from '../stats/Stats';
import type { StatsSnapshot } from '../stats/StatsSnapshot';

/** However often it is asked for, the page is made this often. */
const MADE_EVERY_MS = 1000;

/**
 * What `GET /metrics` answers: a snapshot in the text format of Prometheus, written by a registry of
 * prom-client that is its own.
 *
 * The metrics of prom-client count by themselves, and its histogram takes one observation a call; here the
 * counting is done already. So each family is registered as an object that has what the registry asks of a
 * metric, its name and `get()`.
 */
export class MetricsPage {
  readonly contentType: string;
  readonly #registry: PromClient.Registry;
  readonly #reader: StatsReader;
  readonly #clock: Clock;
  #stats: StatsSnapshot | undefined;
  #madeAt = 0;
  #text: Promise<string> | undefined;

  /** Begins counting. Throws MissingPackage. */
  constructor(stats: Stats, clock: Clock) {
    const { Registry } = loadOptional('prom-client', 'Metrics') as typeof PromClient;
    this.#registry = new Registry();
    this.contentType = this.#registry.contentType;
    for (const family of metricFamilies) this.#register(family);
    this.#clock = clock;
    this.#reader = stats.open();
  }

  /** The page; the one before when that is less than a second old. */
  text(): Promise<string> {
    const now = this.#clock.now();
    if (this.#text === undefined || now - this.#madeAt >= MADE_EVERY_MS) {
      this.#madeAt = now;
      this.#text = this.#make();
    }
    return this.#text;
  }

  async #make(): Promise<string> {
    this.#stats = this.#reader.snapshot();
    return this.#registry.metrics();
  }

  close(): void {
    this.#reader.close();
  }

  #register({ name, help, type, samples }: MetricFamily): void {
    const metric = {
      name,
      get: () => {
        const values = this.#stats === undefined ? [] : samples(this.#stats);
        return Promise.resolve({ name, help, type, values, aggregator: 'sum' });
      },
    };
    // Its types know only the metrics of the package.
    this.#registry.registerMetric(metric as unknown as PromClient.Metric);
  }
}
