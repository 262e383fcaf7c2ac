'use strict';

const { nameOf } = require('./tables');

const KiB = 1024;
const MiB = 1024 * 1024;

/** The ratio of a peer to the baseline of its scenario, or undefined when the run has no such figure. */
function ratio(results, scenario, key, kind, variant) {
  const row = results[scenario]?.rows?.find(
    (one) => one.key === key && (variant ?? one.variant) === one.variant,
  );
  return row?.ratios?.[kind].median;
}

/** Ratio of ours to another peer, both taken relative to raw. */
function against(results, scenario, peer, kind) {
  const ours = ratio(results, scenario, 'rxcomet', kind);
  const theirs = ratio(results, scenario, peer, kind);
  return ours === undefined || theirs === undefined ? undefined : ours / theirs;
}

/** What an idle connection costs ours above what it costs raw, KiB. */
function idleAbove(results, what) {
  const of = (peer) => results['idle-memory']?.rows?.find((row) => row.peer === peer)?.[what]?.median;
  const [ours, raws] = [of('rxcomet'), of('raw')];
  return ours === undefined || raws === undefined ? undefined : (ours - raws) / KiB;
}

function flat(results) {
  const row = results['flat-memory']?.rows?.find(({ peer }) => peer === 'rxcomet');
  return row?.server === undefined ? undefined : Math.max(row.server, row.client) / MiB;
}

/** What rxcomet is to reach: `[text, 'most' | 'least', limit, figure(results)]`. */
const goals = [
  [
    'request/ack, 128 in flight, CPU of both, of raw',
    'most',
    0.7,
    (r) => ratio(r, 'throughput-cpu', 'rxcomet', 'cpu'),
  ],
  ['the same, of NestJS', 'most', 1 / 4.5, (r) => against(r, 'throughput-cpu', 'nest', 'cpu')],
  ['the same, of rsocket-js 1.0', 'most', 1 / 3, (r) => against(r, 'throughput-cpu', 'rsocket', 'cpu')],
  [
    'request/ack, 128 in flight, messages/s, × raw',
    'least',
    2,
    (r) => ratio(r, 'throughput', 'rxcomet', 'speed'),
  ],
  ['the same, × NestJS', 'least', 4.5, (r) => against(r, 'throughput', 'nest', 'speed')],
  ['the same, × rsocket-js 1.0', 'least', 2, (r) => against(r, 'throughput', 'rsocket', 'speed')],
  ['detached, messages/s, × raw', 'least', 1.6, (r) => ratio(r, 'detached', 'rxcomet', 'speed')],
  ['the same, × NestJS', 'least', 9, (r) => against(r, 'detached', 'nest', 'speed')],
  ['latency p50 at 1 in flight, of raw', 'most', 1, (r) => ratio(r, 'latency', 'rxcomet', 'p50')],
  ['64 KiB values, CPU of both, of raw', 'most', 1, (r) => ratio(r, 'curves-64k', 'rxcomet', 'cpu')],
  [
    'one connection per message, CPU of both, of raw',
    'most',
    1.1,
    (r) => ratio(r, 'one-shot', 'rxcomet', 'cpu'),
  ],
  [
    '10,000 registered actions, CPU of both, of 1',
    'most',
    1.1,
    (r) => ratio(r, 'actions', 'rxcomet, 10000', 'cpu'),
  ],
  ['metrics on, CPU of both, of off', 'most', 1.1, (r) => ratio(r, 'observed', 'metrics', 'cpu')],
  ['outbox, messages/s, of in memory', 'least', 0.1, (r) => ratio(r, 'kept', 'outbox', 'speed')],
  ['idle connection, RSS above raw, KiB', 'most', 4, (r) => idleAbove(r, 'rss')],
  ['idle connection, heap above raw, KiB', 'most', 4, (r) => idleAbove(r, 'heap')],
  ['growth of RSS while offered, MiB, the worse side', 'most', 64, flat],
];

/** What every entry may cost of its twin, the same in the state of --against: 1.03 counts as unchanged. */
function twinGoals(results) {
  return Object.entries(results).flatMap(([scenario, { state, rows }]) =>
    rows
      .filter(({ twinRatios }) => twinRatios !== undefined)
      .map((row) => [
        `${scenario}, ${nameOf(row)}: CPU of both, of ${state}`,
        'most',
        1.03,
        () => row.twinRatios.cpu.median,
      ]),
  );
}

/** Each goal this run has a figure for, and whether it was reached. */
function judge(results) {
  return [...goals, ...twinGoals(results)].flatMap(([text, sense, limit, figure]) => {
    const value = figure(results);
    if (value === undefined || Number.isNaN(value)) return [];
    return [{ text, sense, limit, value, reached: sense === 'most' ? value <= limit : value >= limit }];
  });
}

module.exports = { judge };
