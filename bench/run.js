'use strict';

// The benchmark: `node bench/run.js --help`.

const fs = require('node:fs');
const path = require('node:path');
const { contest } = require('./harness/contest');
const { judge } = require('./harness/goals');
const { describeMachine, usableCores } = require('./harness/machine');
const { flatMemory, idleMemory } = require('./harness/memory');
const { help, readOptions, UsageError } = require('./harness/options');
const { loadPeer, names } = require('./harness/peers');
const { scenarios } = require('./harness/scenarios');
const { besideState, buildState } = require('./harness/states');
const { goalsMarkdown, machineMarkdown, scenarioMarkdown } = require('./harness/tables');

/** Says on a terminal what is going on; prints nothing into a pipe. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`);
}

/** Rows of one scenario; `state` is the peer of --against. */
async function runScenario(name, { kind, peers, groups, settings }, { options, state, cores }) {
  // raw is the measure, so it is always there where the scenario has it.
  const taking = peers.filter((peer) => peer === 'raw' || options.peers.includes(peer));
  const say = (text) => progress(`${name}: ${text}`);
  if (kind === 'rates') {
    const plain = groups(taking, options.quick);
    const contests = state === undefined ? plain : plain.map((group) => besideState(group, state));
    const budgetMs = options.budgetMs / contests.length;
    const rows = [];
    for (const group of contests) rows.push(...(await contest(group, { ...options, budgetMs, cores }, say)));
    return rows;
  }
  const given = settings(options.quick);
  const repeats = options.quick ? 1 : 5;
  const rows = [];
  const all = taking.flatMap((peer) => (peer === 'rxcomet' && state !== undefined ? [peer, state] : [peer]));
  for (const peer of all) {
    try {
      rows.push(
        await (kind === 'idle' ? idleMemory(peer, given, { repeats }, say) : flatMemory(peer, given, say)),
      );
    } catch (error) {
      rows.push({ peer, failure: error.message });
    }
  }
  return rows;
}

function versionOf(name) {
  try {
    return loadPeer(name).version();
  } catch {
    return 'missing';
  }
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(help);
  if (options.list) {
    for (const [name, { title }] of Object.entries(scenarios)) console.log(`${name.padEnd(16)} ${title}`);
    for (const name of names) console.log(`${name.padEnd(16)} ${loadPeer(name).title} ${versionOf(name)}`);
    return undefined;
  }

  const state = options.against === undefined ? undefined : buildState(options.against);
  const cores = usableCores();
  const report = {
    started: new Date().toISOString(),
    options,
    machine: describeMachine(),
    versions: Object.fromEntries(
      [...new Set(['raw', ...options.peers, ...(state === undefined ? [] : [state])])].map((name) => [
        name,
        versionOf(name),
      ]),
    ),
    scenarios: {},
  };
  const pages = [machineMarkdown(report)];
  console.log(pages[0]);
  for (const name of options.only) {
    const { title, kind, compare } = scenarios[name];
    const rows = await runScenario(name, scenarios[name], { options, state, cores });
    report.scenarios[name] = { title, kind, compare, state, rows };
    progress('');
    pages.push(scenarioMarkdown(report.scenarios[name]));
    console.log(pages.at(-1));
  }
  report.goals = judge(report.scenarios);
  pages.push(goalsMarkdown(report.goals));
  console.log(pages.at(-1));

  const out = path.resolve(options.out ?? path.join(__dirname, '.tmp'));
  fs.mkdirSync(out, { recursive: true });
  fs.writeFileSync(path.join(out, 'results.json'), `${JSON.stringify(report, undefined, 2)}\n`);
  fs.writeFileSync(path.join(out, 'results.md'), pages.join('\n'));

  const failed = failures(report.scenarios);
  for (const line of failed) console.error(line);
  if (failed.length > 0) process.exitCode = 1;
  return undefined;
}

/** A line for each peer that gave no figures, but where that is what the scenario shows. */
function failures(ran) {
  return Object.entries(ran).flatMap(([name, { rows }]) =>
    rows
      .filter(({ failure, server, peer }) => failure && !scenarios[name].mayFail?.includes(server ?? peer))
      .map(({ failure, key, peer }) => `${name}: ${key ?? peer} failed: ${failure}`),
  );
}

main().catch((error) => {
  progress('');
  if (error instanceof UsageError) console.error(`${error.message} (--help shows all options)`);
  else console.error(error);
  process.exit(error instanceof UsageError ? 2 : 1);
});

// Ctrl-C: leave at once; PeerProcess ends its children on exit.
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));
