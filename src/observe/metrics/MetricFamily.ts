import type {
  ClientGauges,
  CodeCount,
  DurationStats,
  HostGauges,
  StatsSnapshot,
} from '../stats/StatsSnapshot';
import type { DedupCounts } from '../../streams/dedup/DedupStore';
import type { OutboxState } from '../../streams/client/OutboxPort';

/** One number of a family, as prom-client takes it. */
interface MetricSample {
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

const noLabels = {};

type Type = 'counter' | 'gauge';

/** A metric without labels. */
export function single(
  type: Type,
  name: string,
  help: string,
  value: (stats: StatsSnapshot) => number,
): MetricFamily {
  return { name, type, help, labels: [], samples: (stats) => [{ labels: noLabels, value: value(stats) }] };
}

/** One number for each host. */
export function perHost(
  type: Type,
  name: string,
  help: string,
  value: (host: HostGauges) => number,
): MetricFamily {
  const samples = ({ hosts }: StatsSnapshot): MetricSample[] =>
    hosts.map((gauges) => ({ labels: { host: gauges.host }, value: value(gauges) }));
  return { name, type, help, labels: ['host'], samples };
}

/** One number for each host with `Dedup`. */
export function perDedup(
  type: Type,
  name: string,
  help: string,
  value: (dedup: DedupCounts) => number,
): MetricFamily {
  const samples = ({ hosts }: StatsSnapshot): MetricSample[] =>
    hosts.flatMap(({ host, dedup }) =>
      dedup === undefined ? [] : [{ labels: { host }, value: value(dedup) }],
    );
  return { name, type, help, labels: ['host'], samples };
}

/** One number for each client. */
export function perClient(name: string, help: string, value: (client: ClientGauges) => number): MetricFamily {
  const samples = ({ clients }: StatsSnapshot): MetricSample[] =>
    clients.map((gauges) => ({ labels: { client: gauges.client }, value: value(gauges) }));
  return { name, type: 'gauge', help, labels: ['client'], samples };
}

/** One number for each client with an `Outbox`. */
export function perOutbox(name: string, help: string, value: (outbox: OutboxState) => number): MetricFamily {
  const samples = ({ clients }: StatsSnapshot): MetricSample[] =>
    clients.flatMap(({ client, outbox }) =>
      outbox === undefined ? [] : [{ labels: { client }, value: value(outbox) }],
    );
  return { name, type: 'gauge', help, labels: ['client'], samples };
}

/** One number for each value of the label `outcome`. */
export function byOutcome(
  labels: MetricSample['labels'],
  counts: Readonly<Record<string, number>>,
): readonly MetricSample[] {
  return Object.entries(counts).map(([outcome, value]) => ({ labels: { ...labels, outcome }, value }));
}

/** One number for each value of the label `code`. */
export function byCode(
  labels: MetricSample['labels'],
  counts: readonly CodeCount[],
): readonly MetricSample[] {
  return counts.map(({ code, count }) => ({ labels: { ...labels, code }, value: count }));
}

/** The parts of a histogram: each bucket counts what is in the smaller ones too. */
export function buckets(
  name: string,
  labels: MetricSample['labels'],
  { boundsSeconds, counts, count, sumSeconds }: DurationStats,
): readonly MetricSample[] {
  let upToHere = 0;
  const cumulative = boundsSeconds.map((le, index) => {
    upToHere += counts[index] ?? 0;
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: upToHere };
  });
  return [
    ...cumulative,
    { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
    { metricName: `${name}_sum`, labels, value: sumSeconds },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
