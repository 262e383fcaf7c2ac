'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { addPairs, turnsOf } = require('../harness/contest');
const { loadInternal } = require('../harness/internals');
const { names } = require('../harness/peers');
const { scenarios } = require('../harness/scenarios');
const { besideState, buildState, stateFolder } = require('../harness/states');
const { UsageError } = require('../harness/UsageError');

const state = 'rxcomet@0f123b7';
const rates = Object.entries(scenarios).filter(([, { kind }]) => kind === 'rates');

for (const [name, { peers, groups }] of rates) {
  test(`the other state takes part in ${name} wherever rxcomet does, and no key stands there twice`, () => {
    for (const group of groups(peers, false)) {
      const { entries, baseline, generations } = besideState(group, state);
      const keys = entries.map(({ key }) => key);
      assert.equal(new Set(keys).size, keys.length);
      assert.ok(keys.includes(baseline));
      assert.ok(generations >= 5);
      const ours = ({ server, client }) => server === 'rxcomet' || client === 'rxcomet';
      const twins = entries.filter(({ twinOf }) => twinOf !== undefined);
      assert.deepEqual(
        twins.map(({ twinOf }) => twinOf),
        group.entries.filter(ours).map(({ key }) => key),
      );
      for (const twin of twins) {
        const first = entries.find(({ key }) => key === twin.twinOf);
        const sides = [first.server, first.client].map((side) => (side === 'rxcomet' ? state : side));
        assert.deepEqual([twin.server, twin.client], sides);
        assert.deepEqual([twin.load, twin.serverOptions], [first.load, first.serverOptions]);
      }
    }
  });
}

/** A contender as `turnsOf` sees it. */
const contender = (key, twinOf, failure) => ({ entry: { key, twinOf }, failure, pairs: [] });
const keysOf = (turns) => turns.map((turn) => turn.map(({ entry }) => entry.key));

test('an entry and its twin have one turn, first the one and in the next round the other', () => {
  const all = [contender('raw'), contender('nest'), contender('rxcomet'), contender(state, 'rxcomet')];
  assert.deepEqual(keysOf(turnsOf(all, all[0], 0)), [['nest'], ['rxcomet', state]]);
  assert.deepEqual(keysOf(turnsOf(all, all[0], 1)), [[state, 'rxcomet'], ['nest']]);
});

test('the twin of the baseline, and one whose entry failed, have a turn of their own', () => {
  const all = [contender('off'), contender('off @1', 'off'), contender('logs', undefined, 'why')];
  all.push(contender('logs @1', 'logs'));
  assert.deepEqual(keysOf(turnsOf(all, all[0], 0)), [['off @1'], ['logs @1']]);
});

test('what an entry and its twin took in one turn is compared', () => {
  const all = [contender('off'), contender('off @1', 'off'), contender('logs')];
  addPairs(all, new Map([['off', { cpuUs: 3 }], ['off @1', { cpuUs: 2 }], ['logs', { cpuUs: 9 }]])); // prettier-ignore
  assert.deepEqual(
    all.map(({ pairs }) => pairs),
    [[{ own: { cpuUs: 3 }, base: { cpuUs: 2 } }], [], []],
  );
});

test('only a name with a hash means a state, and a commit that is not there is refused', () => {
  for (const name of [...names, 'rxcomet@', 'rxcomet@../../x', 'rxcomet@HEAD'])
    assert.equal(stateFolder(name), undefined);
  assert.equal(path.basename(stateFolder(state)), '0f123b7');
  for (const ref of ['no-such-branch', '--output=x', '0000000000'])
    assert.throws(() => buildState(ref), UsageError);
});

test('an inner part is found in whatever folder it lies, and only when one file alone exports it', (context) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rxcomet-bench-'));
  context.after(() => fs.rmSync(folder, { recursive: true }));
  const write = (file, text) => {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), text);
  };
  write('wire/frames.js', 'class Reader {}\nexports.Reader = Reader;\n');
  write('index.js', 'exports.Reader = void 0;\nexports.Reader2 = Reader2;\n');
  assert.equal(loadInternal(folder, 'Reader').name, 'Reader');
  assert.throws(() => loadInternal(folder, 'Writer'), /^Error: 0 files/);
  write('other.js', 'class Reader {}\nexports.Reader = Reader;\n');
  assert.throws(() => loadInternal(folder, 'Reader'), /^Error: 2 files/);
});
