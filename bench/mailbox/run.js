'use strict';

/**
 * Messages per second through one actor of one process, in bursts of BURST so that no mailbox overflows:
 * rxcomet, XState, nact and a bare Subject. Each round runs all of them, in turn; the figures are medians
 * over the rounds, the ratios medians of the ratios within a round. Then the memory of 100,000 idle actors.
 *
 *   npm run build && npm ci --prefix bench/mailbox && npm start --prefix bench/mailbox
 */
const os = require('node:os');
const path = require('node:path');
const { Subject } = require('rxjs');
const nact = require('nact');
const xstate = require('xstate');

const dist = path.resolve(process.argv[2] ?? path.join(__dirname, '../../dist'));
const { createActorSystem } = require(dist);

const MESSAGES = 1_000_000;
const BURST = 1000;
const ROUNDS = 9;
const ACTORS = 100_000;

/**
 * A contender takes what its actor does for each message and gives { send, stop }. All of them add up the
 * numbers they get, and the sum is checked.
 */
const contenders = {
  rxcomet(receive) {
    const system = createActorSystem('bench');
    const ref = system.spawn({
      initial: () => 0,
      receive: (sum, message) => {
        receive(message);
        return sum + message;
      },
    });
    return { send: (message) => ref.tell(message), stop: () => system.stop() };
  },
  xstate(receive) {
    const logic = xstate.fromTransition((sum, event) => {
      receive(event.value);
      return sum + event.value;
    }, 0);
    const actor = xstate.createActor(logic).start();
    return { send: (value) => actor.send({ type: 'add', value }), stop: () => actor.stop() };
  },
  nact(receive) {
    const system = nact.start();
    const actor = nact.spawn(system, (sum = 0, message) => {
      receive(message);
      return sum + message;
    });
    return { send: (message) => nact.dispatch(actor, message), stop: () => nact.stop(system) };
  },
  Subject(receive) {
    const messages$ = new Subject();
    messages$.subscribe(receive);
    return { send: (message) => messages$.next(message), stop: () => messages$.complete() };
  },
};

/** Nanoseconds of wall time and of CPU per message. */
async function measure(contender) {
  let received = 0;
  let total = 0;
  let burstDone = () => undefined;
  const { send, stop } = contender((message) => {
    total += message;
    received += 1;
    if (received % BURST === 0) burstDone();
  });
  const burst = () =>
    new Promise((resolve) => {
      burstDone = resolve;
      for (let index = 0; index < BURST; index += 1) send(index);
    });
  for (let index = 0; index < 20; index += 1) await burst();
  received = 0;
  total = 0;
  const cpu = process.cpuUsage();
  const started = process.hrtime.bigint();
  for (let sent = 0; sent < MESSAGES; sent += BURST) await burst();
  const wall = Number(process.hrtime.bigint() - started) / MESSAGES;
  const { user, system } = process.cpuUsage(cpu);
  const expected = (MESSAGES / BURST) * ((BURST * (BURST - 1)) / 2);
  if (received !== MESSAGES || total !== expected)
    throw new Error(`counted ${received} messages, sum ${total}`);
  await stop();
  return { wall, cpu: ((user + system) * 1000) / MESSAGES };
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function heapUsed() {
  global.gc();
  global.gc();
  return process.memoryUsage().heapUsed;
}

async function bytesPerActor() {
  const system = createActorSystem('bench');
  const behaviour = { initial: () => 0, receive: (sum, message) => sum + message };
  const refs = [];
  const before = heapUsed();
  for (let index = 0; index < ACTORS; index += 1) refs.push(system.spawn(behaviour));
  // Asked once, so that all of them have been set up.
  await refs[ACTORS - 1].ask(1);
  const bytes = (heapUsed() - before) / ACTORS;
  await system.stop({ graceMs: 60_000 });
  return bytes;
}

async function main() {
  const names = Object.keys(contenders);
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const figures = {};
    for (const name of names) figures[name] = await measure(contenders[name]);
    rounds.push(figures);
  }
  console.log(`${os.cpus()[0].model}, ${os.cpus().length} cores, Node ${process.version}`);
  const versions = ['xstate', 'nact', 'rxjs'].map(
    (name) => `${name} ${require(`${name}/package.json`).version}`,
  );
  console.log(`${versions.join(', ')}; ${ROUNDS} rounds of ${MESSAGES} messages\n`);
  console.log('| | messages/s | CPU ns/message | throughput of rxcomet relative to it |');
  console.log('| --- | --- | --- | --- |');
  for (const name of names) {
    const wall = median(rounds.map((round) => round[name].wall));
    const cpu = median(rounds.map((round) => round[name].cpu));
    const ratio = median(rounds.map((round) => round[name].wall / round.rxcomet.wall));
    console.log(`| ${name} | ${Math.round(1e9 / wall)} | ${cpu.toFixed(0)} | ${ratio.toFixed(2)} |`);
  }
  console.log(`\n${ACTORS} actors: ${Math.round(await bytesPerActor())} bytes of heap each`);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
