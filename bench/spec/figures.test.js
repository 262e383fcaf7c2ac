'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { judge } = require('../harness/goals');
const { readOptions, UsageError } = require('../harness/options');
const { scenarios } = require('../harness/scenarios');
const { quantile, summary } = require('../harness/stats');
const { scenarioMarkdown } = require('../harness/tables');

const row = (key, cpu) => ({
  key,
  server: key,
  client: key,
  ratios: { cpu: { median: cpu }, speed: { median: 1 / cpu } },
});

test('a quantile lies between its neighbours, and the median of numbers in any order is found', () => {
  assert.equal(quantile([1, 2, 3, 4], 0.5), 2.5);
  assert.deepEqual(summary([10, 9, 1, 2, 3]), { median: 3, low: 2, high: 9 });
});

test('goals are judged by their sense, and only where the run has figures', () => {
  const judged = judge({ 'throughput-cpu': { rows: [row('raw', 1), row('rxcomet', 0.6), row('nest', 2)] } });
  assert.deepEqual(
    judged.map(({ sense, value, reached }) => [sense, Math.round(value * 1000) / 1000, reached]),
    [
      ['most', 0.6, true],
      ['most', 0.3, false],
    ],
  );
  assert.deepEqual(judge({}), []);
});

test('every goal names a scenario and a row that exist', () => {
  const figures = Object.fromEntries(
    Object.entries(scenarios).map(([name, { kind, peers, groups }]) => {
      const ratios = { cpu: { median: 1 }, speed: { median: 1 }, p50: { median: 1 } };
      if (kind === 'rates') {
        const rows = groups(peers, false).flatMap(({ entries }) =>
          entries.map((entry) => ({ ...entry, ratios })),
        );
        return [name, { rows }];
      }
      const one = { median: 1024 };
      return [name, { rows: peers.map((peer) => ({ peer, rss: one, heap: one, server: 1, client: 1 })) }];
    }),
  );
  assert.equal(judge(figures).length, 17);
});

test('every group has its baseline among its entries, and no key twice', () => {
  for (const { kind, peers, groups } of Object.values(scenarios)) {
    if (kind !== 'rates') continue;
    for (const { entries, baseline } of groups(peers, false)) {
      const keys = entries.map(({ key }) => key);
      assert.ok(keys.includes(baseline));
      assert.equal(new Set(keys).size, keys.length);
    }
  }
});

test('a row that costs more than 1.03 of its twin misses a goal', () => {
  const twinRatios = (cpu) => ({ cpu: { median: cpu } });
  const rows = [
    { ...row('rxcomet, 1', 1), server: 'rxcomet', client: 'raw', twinRatios: twinRatios(1.04) },
    { ...row('rxcomet, 2', 1), server: 'rxcomet', client: 'raw', twinRatios: twinRatios(1.02) },
  ];
  assert.deepEqual(
    judge({ actions: { state: 'rxcomet@0f123b7', rows } }).map(({ text, reached }) => [text, reached]),
    [
      ['actions, rxcomet, 1: CPU of both, of rxcomet@0f123b7', false],
      ['actions, rxcomet, 2: CPU of both, of rxcomet@0f123b7', true],
    ],
  );
});

test('the table has the ratio to the twin beside the row, and nothing for the others', () => {
  const ratio = (median) => ({ median, low: median, high: median });
  const rows = [
    { key: 'raw', server: 'raw', client: 'raw', isBaseline: true, ratios: {} },
    {
      ...{ key: 'a', title: 'outbox', ratios: { cpu: ratio(0.7), speed: ratio(2) } },
      twinRatios: { cpu: ratio(0.9), speed: ratio(1.1) },
    },
  ];
  const lines = scenarioMarkdown({
    ...{ title: 'T', kind: 'rates', compare: 'cpu', state: 'rxcomet@0f123b7' },
    rows,
  }).split('\n');
  assert.match(lines[2], /\| CPU both ÷ rxcomet@0f123b7 \| messages\/s ÷ rxcomet@0f123b7 \|$/);
  assert.match(lines[4], /\|  \|  \|$/);
  assert.match(lines[5], /\| 0\.9 \(0\.9–0\.9\) \| 1\.1 \(1\.1–1\.1\) \|$/);
});

test('a failed peer keeps its row, on one line', () => {
  const failed = { key: 'nest', server: 'nest', client: 'nest', failure: 'no | answer\nat all' };
  const text = scenarioMarkdown({ title: 'T', kind: 'rates', rows: [failed] });
  assert.match(text, /^\| NestJS TCP \| failed: no \/ answer at all \|/m);
});

test('the command line refuses what it does not know', () => {
  assert.equal(readOptions(['--quick']).rounds, 3);
  assert.deepEqual(readOptions(['--only', 'latency,detached']).only, ['latency', 'detached']);
  assert.equal(readOptions(['--against', 'HEAD', '--peers', 'rxcomet']).against, 'HEAD');
  for (const args of [
    ['--only', 'speed'],
    ['--peers', 'gprc'],
    ['--rounds', '0'],
    ['--slice', 'x'],
    ['--fast'],
    ['--against'],
    ['--against', 'HEAD', '--peers', 'raw,nest'],
    ['x'],
  ]) {
    assert.throws(() => readOptions(args), UsageError);
  }
});
