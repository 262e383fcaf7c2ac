import type { StatsSnapshot } from './StatsSnapshot';

/** One number of a family, as prom-client takes it. */
export interface MetricSample {
  /** Where it differs from the name of the family: the parts of a histogram. */
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** One metric of the endpoint, by the conventions of Prometheus: base units, `_total` for what only grows. */
export interface MetricFamily {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Names of its labels, `le` of a histogram aside. */
  readonly labels: readonly string[];
  readonly samples: (stats: StatsSnapshot) => readonly MetricSample[];
}
