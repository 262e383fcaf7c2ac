'use strict';

/*
 * Long runs that would hold up the specs, each also there in small as a spec:
 *
 *   node scripts/nightly.js fuzz  [INPUTS=1000000] [SEED]     damaged frames into the parser and a host in
 *   memory node scripts/nightly.js chaos [SECONDS=60] [SEED]         200 clients on loopback, broken
 *   connections, restarts of the host node scripts/nightly.js soak  [SECONDS=600] [FILE.svg]    load without
 *   pause; RSS, heap and handles over time, plotted node scripts/nightly.js kill  [KILLS=2000] [SEED]
 *   sender and receiver killed at drawn steps, and links cut node scripts/nightly.js restart
 *   [MESSAGES=100000]         a sender started again with a full outbox node scripts/nightly.js damage
 *   [TRIALS=2000] [SEED]       outboxes and dedup stores with a damaged file
 *
 * Without a seed one is drawn; it is printed first, and again in whatever fails. Exit code 1 when a promise
 * does not hold, 2 for wrong usage.
 */

require('./typescript');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const v8 = require('node:v8');
const vm = require('node:vm');

const hostile = path.join(__dirname, '..', 'spec', 'hostile');
const reliability = path.join(__dirname, '..', 'spec', 'reliability');
const MIB = 2 ** 20;
/** Of the heap between the first tenth of a run and its end. */
const FLAT_MIB = 16;

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');

const commands = { fuzz, chaos, soak, kill, restart, damage };

async function main([name, ...args]) {
  const command = Object.hasOwn(commands, name ?? '') ? commands[name] : undefined;
  if (command === undefined) {
    console.error(
      'node scripts/nightly.js fuzz [INPUTS] [SEED] | chaos [SECONDS] [SEED] | soak [SECONDS] [FILE.svg] | kill [KILLS] [SEED] | restart [MESSAGES] | damage [TRIALS] [SEED]',
    );
    return 2;
  }
  const started = performance.now();
  const kept = await command(...args);
  console.log(`${kept ? 'ok' : 'FAILED'} after ${((performance.now() - started) / 1000).toFixed(0)} s`);
  return kept ? 0 : 1;
}

async function fuzz(inputs = '1000000', seed = drawSeed()) {
  const { fuzz } = require(path.join(hostile, 'fuzz.ts'));
  const total = count(inputs);
  console.log(`fuzz: ${total} inputs, seed ${seed}`);
  const heap = [];
  const report = await fuzz({
    seed: count(seed),
    inputs: total,
    onProgress: ({ inputs: done }) => {
      if (heap.length > (done / total) * 20) return;
      collect();
      heap.push(process.memoryUsage().heapUsed / MIB);
    },
  });
  console.log(
    `${report.inputs} inputs of ${report.bytes} bytes in all: no crash, no hang, nothing thrown past everybody`,
  );
  console.log(`parser: ${report.frames} frames, ${list(report.parserErrors)}`);
  console.log(`host: ${report.messages} messages, ${list(report.hostFailures)}`);
  return isFlat(heap);
}

async function chaos(seconds = '60', seed = drawSeed()) {
  const { chaos } = require(path.join(hostile, 'chaos.ts'));
  const endsAt = performance.now() + count(seconds) * 1000;
  console.log(`chaos: 200 clients for ${seconds} s, seed ${seed}`);
  const before = process.getActiveResourcesInfo().length;
  const report = await chaos({
    seed: count(seed),
    clients: 200,
    restartEvery: 5000,
    goesOn: () => performance.now() < endsAt,
  });
  console.log(`${report.sends} awaited sends, each ended exactly once`);
  console.log(
    `  ${report.acknowledged} acknowledged, each handled exactly once; ${report.cancelled} cancelled by us`,
  );
  console.log(`  failed by delivered: ${list(report.failed)}; those with "no" were never handled`);
  console.log(`  failed by code: ${list(report.failedByCode)}`);
  console.log(`${report.handled} messages handled, none twice`);
  console.log(`${report.restarts} restarts of the host; damaged connections: ${list(report.faults)}`);
  const after = process.getActiveResourcesInfo().length;
  console.log(`open handles before ${before}, after ${after}`);
  return after === before;
}

async function soak(seconds = '600', file = path.join(__dirname, '..', '.tmp', 'soak.svg')) {
  const { soak } = require(path.join(hostile, 'soak.ts'));
  const { plotSoak } = require(path.join(hostile, 'plotSoak.ts'));
  const length = count(seconds);
  const sampleMs = Math.max(500, (length * 1000) / 120);
  console.log('seconds  RSS MiB  heap MiB  handles  messages');
  const samples = await soak({
    seconds: length,
    sampleMs,
    collect,
    onSample: ({ seconds: at, rssMib, heapMib, handles, messages }) =>
      console.log(
        [at.toFixed(0).padStart(7), rssMib.toFixed(0).padStart(8), heapMib.toFixed(1).padStart(9)].join(' ') +
          `${String(handles).padStart(9)} ${String(messages).padStart(9)}`,
      ),
  });
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, plotSoak(samples));
  console.log(`plotted to ${path.relative(process.cwd(), file)}`);
  const first = samples[0].handles;
  const last = samples[samples.length - 1].handles;
  console.log(`open handles before ${first}, after ${last}`);
  // The first and the last sample are without load.
  return isFlat(samples.slice(1, -1).map(({ heapMib }) => heapMib)) && last === first;
}

async function kill(kills = '2000', seed = drawSeed()) {
  const { runKills } = require(path.join(reliability, 'runKills.ts'));
  const total = count(kills);
  console.log(`kill: ${total} kills, seed ${seed}`);
  // Four in ten with a receiver that lives, so that nothing at all may be handled twice.
  const parts = [
    ['sender', Math.round(total * 0.4)],
    ['both', total - Math.round(total * 0.4)],
  ];
  for (const [victims, part] of parts) {
    if (part === 0) continue;
    console.log(`${victims === 'both' ? 'sender and receiver' : 'only the sender'} killed:`);
    const report = await inFolder((folder) => runKills({ seed: count(seed), kills: part, victims, folder }));
    const { told, persisted, unconfirmedHandled, handled, againRunning, againUnrecorded } = report;
    console.log(`  killed: ${list(report.kills)}; connections cut: ${report.cuts}`);
    console.log(
      `  ${told} messages told, ${persisted} of them confirmed by persisted(): all handled, in order`,
    );
    console.log(`  ${told - persisted} not confirmed before a kill, ${unconfirmedHandled} of them handled`);
    console.log(
      `  ${handled} handled; again: ${againRunning} whose handler was running, ${againUnrecorded} whose answer was not kept yet`,
    );
  }
  return true;
}

async function restart(messages = '100000') {
  const { runRestart } = require(path.join(reliability, 'runRestart.ts'));
  const total = count(messages);
  const size = 1000;
  const heapMib = 64;
  console.log(`restart: ${total} messages of ${size} bytes, ${heapMib} MiB of heap for the sender`);
  const report = await inFolder((folder) => runRestart({ messages: total, size, heapMib, folder }));
  console.log(`${report.received} received after the restart, each once and in order`);
  console.log(
    `filled in ${report.fillSeconds.toFixed(1)} s, delivered in ${report.deliverSeconds.toFixed(1)} s`,
  );
  console.log(
    `RSS of the sender: ${report.rssAtStart.toFixed(0)} MiB at its start, ${report.rssAtMost.toFixed(0)} MiB at most`,
  );
  return true;
}

async function damage(trials = '2000', seed = drawSeed()) {
  const { runDamage } = require(path.join(reliability, 'runDamage.ts'));
  const total = count(trials);
  console.log(`damage: ${total} trials, seed ${seed}`);
  // In memory nothing else keeps the process.
  const alive = setInterval(() => undefined, 60_000);
  try {
    const report = await inFolder((folder) => runDamage({ seed: count(seed), trials: total, folder }));
    console.log(`damaged: ${list(report.byFile)}`);
    console.log(`how: ${list(report.byKind)}`);
    console.log(`came to: ${list(report.ends)}`);
    console.log(`${report.lost} messages or answers lost in all, each within the number that was told`);
    for (const violation of report.violations) console.log(violation);
    return report.violations.length === 0;
  } finally {
    clearInterval(alive);
  }
}

/** Calls with an empty folder, which is gone afterwards. */
async function inFolder(work) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rxcomet-nightly-'));
  try {
    return await work(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Prints how the heap went; whether it stayed flat after the first tenth, in which code is compiled and
 * buffers are filled.
 */
function isFlat(heapMib) {
  const settled = heapMib.slice(Math.floor(heapMib.length / 10));
  const from = settled[0] ?? 0;
  const to = settled[settled.length - 1] ?? 0;
  const most = Math.max(...settled);
  console.log(
    `heap after collecting: ${from.toFixed(1)} MiB after the first tenth, ${to.toFixed(1)} MiB at the end, ${most.toFixed(1)} MiB at most`,
  );
  return to - from <= FLAT_MIB;
}

function list(counters) {
  const entries = Object.entries(counters).sort(([, a], [, b]) => b - a);
  return entries.length === 0 ? 'none' : entries.map(([name, times]) => `${name} ${times}`).join(', ');
}

function drawSeed() {
  return String(Math.floor(Math.random() * 2 ** 32));
}

function count(text) {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new TypeError(`expected a whole number, not ${JSON.stringify(text)}`);
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
