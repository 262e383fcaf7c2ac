'use strict';

/*
 * Compares this state of rxcomet with that of a commit within one process:
 * `node bench/pair.js COMMIT [rounds]`, after `npm run build`.
 *
 * Host and client of each state speak over links in memory, and slices of both states take turns, so that a
 * machine whose speed changes within seconds changes it for both. What is seen is our own code alone: no
 * system call, no second process. Prints the CPU µs a message of both, and the medians and quartiles of their
 * ratio, this state by the other.
 */

const path = require('node:path');
const { UsageError } = require('./harness/UsageError');
const { buildState, stateFolder } = require('./harness/states');
const { summary } = require('./harness/stats');

const MESSAGES = 20_000;
const WARM_UP = 6;
const silent = { debug() {}, info() {}, warn() {}, error() {}, isLevelEnabled: () => false };
const value = { id: 1, name: 'abc', x: [1, 2, 3] };

/** What is measured, by its name: sends `count` messages and resolves when all have been handled. */
async function loadsOf(dist) {
  const { createApp, parseConfig } = require(path.join(dist, 'index.js'));
  const { createMemoryTransport } = require(path.join(dist, 'testing', 'index.js'));
  const options = { transport: createMemoryTransport(), logger: silent };
  const appOf = (entry) => createApp(parseConfig({ Socket_connection: entry }), options);
  const host = appOf({ Host: { IP: '127.0.0.2', Port: 9 } });
  const peer = appOf({ Client: { Host: { IP: '127.0.0.2', Port: 9, Dialect: 'native' } } }).peer('Host');
  let told = 0;
  host.handle('Echo', (given) => given);
  host.handle('Tell', () => void (told += 1));
  await host.start();
  const turn = () => new Promise(setImmediate);
  return {
    'request/ack, 128 in flight': async (count) => {
      let sent = 0;
      const one = async () => {
        while (sent < count) {
          sent += 1;
          await peer.ask('Echo', value);
        }
      };
      await Promise.all(Array.from({ length: 128 }, one));
    },
    'request/ack, 1 in flight': async (count) => {
      for (let sent = 0; sent < count; sent += 1) await peer.ask('Echo', value);
    },
    'detached, unconfirmed': async (count) => {
      told = 0;
      for (let sent = 0; sent < count; sent += 1) {
        peer.tell('Tell', value, { confirm: false });
        if (sent % 500 === 499) await turn();
      }
      while (told < count) await turn();
    },
  };
}

async function cpuOf(load) {
  const from = process.cpuUsage();
  await load(MESSAGES);
  const { user, system } = process.cpuUsage(from);
  return (user + system) / MESSAGES;
}

async function main([commit, rounds = '61']) {
  if (commit === undefined || !(Number(rounds) >= 9))
    throw new UsageError('node bench/pair.js COMMIT [rounds], at least 9 rounds');
  const before = await loadsOf(path.join(stateFolder(buildState(commit)), 'dist'));
  const now = await loadsOf(path.join(__dirname, '..', 'dist'));
  console.log('| messages | µs, median | µs there, median | ratio | quartiles |');
  console.log('| --- | ---: | ---: | ---: | ---: |');
  for (const name of Object.keys(now)) {
    for (let slice = 0; slice < WARM_UP; slice += 1)
      for (const loads of [before, now]) await cpuOf(loads[name]);
    const taken = { before: [], now: [], ratio: [] };
    for (let round = 0; round < Number(rounds); round += 1) {
      const pair = {};
      const order = round % 2 === 0 ? ['before', 'now'] : ['now', 'before'];
      for (const side of order) pair[side] = await cpuOf((side === 'now' ? now : before)[name]);
      taken.now.push(pair.now);
      taken.before.push(pair.before);
      taken.ratio.push(pair.now / pair.before);
    }
    const { median, low, high } = summary(taken.ratio);
    const [own, other] = [summary(taken.now).median, summary(taken.before).median];
    const cells = [own, other, median].map((number) => number.toPrecision(3));
    console.log(`| ${name} | ${cells.join(' | ')} | ${low.toPrecision(3)}–${high.toPrecision(3)} |`);
  }
}

main(process.argv.slice(2)).then(
  // Two hosts that nobody needs any more.
  () => process.exit(0),
  (error) => {
    console.error(error instanceof UsageError ? error.message : error);
    process.exit(1);
  },
);
