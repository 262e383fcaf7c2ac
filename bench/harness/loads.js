'use strict';

const { setImmediate: turn } = require('node:timers/promises');
const { point, isPoint, curve, isCurve, block, digest } = require('./values');
const { quantile } = require('./stats');

/** How many detached messages a producer sends in one turn of the event loop. */
const burst = 256;

/** Refuses a slice whose answers are not the ones that were to come. */
function demand(condition, what) {
  if (!condition) throw new Error(`wrong answer: ${what}`);
}

/**
 * Asks `count` times with `inFlight` asks open, over all sessions in turn.
 * @param {(id: number) => unknown} make
 * @param {(answer: any, id: number) => boolean} check
 */
async function askMany(sessions, { action, count, inFlight }, make, check) {
  let next = 0;
  let answered = 0;
  async function lane() {
    while (next < count) {
      const id = next++;
      const answer = await sessions[id % sessions.length].ask(action, make(id));
      demand(check(answer, id), `to ask ${id}: ${JSON.stringify(answer)?.slice(0, 200)}`);
      answered++;
    }
  }
  await Promise.all(Array.from({ length: Math.min(inFlight, count) }, lane));
  demand(answered === count, `${answered} answers to ${count} asks`);
}

/** Runs `work`; wall time and CPU time of this process, µs. */
async function timed(work) {
  const cpu = process.cpuUsage();
  const started = performance.now();
  const more = await work();
  const wallUs = (performance.now() - started) * 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { wallUs, cpuUs: user + system, ...more };
}

/**
 * What a client process can be told to do; each resolves with its figures when all answers have come and were
 * right.
 */
const loads = {
  points: (sessions, options) => timed(() => askMany(sessions, options, point, isPoint)),

  curves: (sessions, options) => timed(() => askMany(sessions, options, curve, isCurve)),

  /** One ask at a time, each timed. */
  latency: (sessions, { action, count }) =>
    timed(async () => {
      const times = new Float64Array(count);
      for (let id = 0; id < count; id++) {
        const started = performance.now();
        const answer = await sessions[0].ask(action, point(id));
        times[id] = (performance.now() - started) * 1000;
        demand(isPoint(answer, id), `to ask ${id}: ${JSON.stringify(answer)}`);
      }
      times.sort();
      return { p50Us: quantile(times, 0.5), p99Us: quantile(times, 0.99) };
    }),

  /** Detached messages in bursts, until the server has counted all of them. */
  detached: ([session], { count }) =>
    timed(async () => {
      for (let id = 0; id < count; id++) {
        if (!session.tell('Note', point(id))) await session.drained();
        else if (id % burst === burst - 1) await turn();
      }
      await tallied(session, count);
    }),

  /** Detached messages that are acknowledged, until the server has counted all of them. */
  kept: ([session], { count }) =>
    timed(async () => {
      for (let id = 0; id < count; id++) {
        if (!session.keep('Note', point(id))) await session.drained();
        else if (id % burst === burst - 1) await turn();
      }
      await tallied(session, count);
    }),

  /** Large texts, one after the other. */
  async blocks([session], { count, bytes }) {
    const value = block(0, bytes);
    const expected = digest(value);
    return timed(async () => {
      for (let id = 0; id < count; id++) {
        const answer = await session.ask('Digest', { ...value, id });
        demand(
          answer.id === id && answer.length === expected.length && answer.sum === expected.sum,
          `to block ${id}: ${JSON.stringify(answer)}`,
        );
      }
    });
  },

  /** Offers `count` blocks to a slow handler, waiting only where the peer tells to. */
  async offered([session], { count, bytes }) {
    const { text } = block(0, bytes);
    return timed(async () => {
      for (let id = 0; id < count; id++) {
        // A text of its own each time, as a program's values are, not one text held once.
        const value = { id, text: Buffer.from(text, 'latin1').latin1Slice() };
        if (!session.tell('Slow', value)) await session.drained();
        else if (id % 16 === 15) await turn();
      }
      await tallied(session, count, 60_000);
    });
  },
};

/** Waits until the server has handled `count` detached messages with the right ids. */
async function tallied(session, count, timeoutMs = 20_000) {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const tally = await session.ask('Tally', { expected: count });
    if (tally.count >= count) {
      demand(tally.count === count, `${tally.count} messages handled of ${count}`);
      demand(tally.sum === (count * (count - 1)) / 2, `the ids of ${count} messages sum up to ${tally.sum}`);
      return;
    }
    demand(performance.now() < deadline, `only ${tally.count} of ${count} messages handled`);
    await turn();
  }
}

module.exports = { loads };
