'use strict';

const { Contender } = require('./Contender');
const { summary } = require('./stats');

/**
 * Lets the entries of a group compete, and tells for each the medians per message and the medians of its
 * ratios to the baseline.
 *
 * In every round each entry runs one slice directly after a slice of the baseline, so that both saw the same
 * machine: its speed changes within seconds. An entry and its twin run directly one after the other, and so
 * are compared with each other as well. The order changes from round to round. An entry that fails is out,
 * with its reason; the others go on.
 *
 * With `generations` the processes are started anew so many times within the rounds: a process keeps the
 * machine code it was given while it warmed up, which can differ by some per cent, more than some comparisons
 * are about.
 *
 * @param {{ entries: import('./Contender').Entry[], baseline: string, generations?: number }} group
 */
async function contest(
  { entries, baseline, generations = 1 },
  { cores, sliceMs, warmUpMs, rounds, budgetMs },
  progress,
) {
  const contenders = entries.map((entry) => new Contender(entry));
  const measure = contenders.find(({ entry }) => entry.key === baseline);
  try {
    const warmUp = async () => {
      for (const contender of contenders.filter(({ failure }) => failure === undefined)) {
        progress(`${contender.entry.key}: warming up`);
        await attempt(contender, async () => {
          await contender.open(cores);
          await contender.calibrate(sliceMs, warmUpMs);
        });
      }
    };
    await warmUp();
    if (measure.failure !== undefined) throw new Error(`the baseline ${baseline} failed: ${measure.failure}`);

    const deadline = performance.now() + budgetMs;
    let round = 0;
    for (; round < rounds && (round < 3 || performance.now() < deadline); round++) {
      if (round > 0 && round % Math.ceil(rounds / generations) === 0) {
        await Promise.all(contenders.map((contender) => contender.close()));
        await warmUp();
      }
      progress(`round ${round + 1} of ${rounds}`);
      const turns = turnsOf(contenders, measure, round);
      if (turns.length === 0) measure.slices.push({ own: await measure.slice() });
      for (const turn of turns) {
        const base = await measure.slice();
        measure.slices.push({ own: base });
        const ran = new Map([[baseline, base]]);
        for (const contender of turn) {
          await attempt(contender, async () => {
            const own = await contender.slice();
            contender.slices.push({ own, base });
            ran.set(contender.entry.key, own);
          });
        }
        addPairs(contenders, ran);
      }
    }
    return contenders.map((contender) => describe(contender, contender === measure, round));
  } finally {
    await Promise.all(contenders.map((contender) => contender.close()));
  }
}

/**
 * Who runs in a round, in its order: each turn is one contender, or one and its twin, that follow a slice of
 * the baseline.
 */
function turnsOf(contenders, measure, round) {
  const others = contenders.filter(({ failure }) => failure === undefined).filter((one) => one !== measure);
  const twinOf = (first) => others.find(({ entry }) => entry.twinOf === first.entry.key);
  const isLed = ({ entry }) => others.some((first) => first.entry.key === entry.twinOf);
  const turns = others
    .filter((one) => !isLed(one))
    .map((first) => [first, twinOf(first)].filter((one) => one !== undefined))
    .map((turn) => (round % 2 === 0 ? turn : turn.reverse()));
  return turns.map((_, i) => turns[(i + round) % turns.length]);
}

/** Notes for each entry whose twin ran in the same turn what both took. */
function addPairs(contenders, ran) {
  for (const { entry } of contenders) {
    const own = ran.get(entry.twinOf);
    const twin = ran.get(entry.key);
    if (own === undefined || twin === undefined) continue;
    contenders.find((one) => one.entry.key === entry.twinOf).pairs.push({ own, base: twin });
  }
}

async function attempt(contender, work) {
  try {
    await work();
  } catch (error) {
    contender.failure = error.message;
  }
}

function describe({ entry, slices, pairs, failure }, isBaseline, rounds) {
  const about = {
    key: entry.key,
    title: entry.title,
    server: entry.server,
    client: entry.client,
    variant: entry.variant,
    isBaseline,
  };
  if (failure !== undefined) return { ...about, failure };
  const median = (of) => summary(slices.map(({ own }) => of(own))).median;
  const hasLatency = slices[0].own.p50Us !== undefined;
  return {
    ...about,
    rounds,
    count: slices[0].own.count,
    perSecond: 1e6 / median(({ wallUs }) => wallUs),
    wallUs: median(({ wallUs }) => wallUs),
    serverCpuUs: median(({ serverCpuUs }) => serverCpuUs),
    clientCpuUs: median(({ clientCpuUs }) => clientCpuUs),
    cpuUs: median(({ cpuUs }) => cpuUs),
    ...(hasLatency && { p50Us: median(({ p50Us }) => p50Us), p99Us: median(({ p99Us }) => p99Us) }),
    // The baseline beside itself.
    ratios: ratiosOf(isBaseline ? slices.map(({ own }) => ({ own, base: own })) : slices, hasLatency),
    ...(pairs.length > 0 && { twinRatios: ratiosOf(pairs, hasLatency) }),
  };
}

/** Medians and quartiles of the ratios within pairs of slices. */
function ratiosOf(pairs, hasLatency) {
  const ratio = (of) => summary(pairs.map(({ own, base }) => of(own) / of(base)));
  return {
    cpu: ratio(({ cpuUs }) => cpuUs),
    speed: ratio(({ wallUs }) => 1 / wallUs),
    ...(hasLatency && { p50: ratio(({ p50Us }) => p50Us) }),
  };
}

module.exports = { contest, turnsOf, addPairs };
