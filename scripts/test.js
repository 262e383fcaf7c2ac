'use strict';

/*
 * Runs the specs: `npm test`, `npm test -- spec/config`, `npm test -- -t "a name"`; every argument goes to
 * Jest. `npm run test:unit` and `npm run test:process` run one kind (see jest.config.js), `npm test` the unit
 * specs and then the process specs. `--coverage` counts for the unit specs only: what process specs run in
 * other processes is not seen.
 *
 * Builds before process specs, because some load the built package. Prints what Jest prints and last, from
 * the results that Jest writes, the plain line "N passed, N failed" with ", N skipped" when there are any,
 * over both kinds. Exit code 1 when something failed or nothing ran.
 */

const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');

const root = path.join(__dirname, '..');
const KINDS = ['unit', 'process'];
/**
 * Far more than either kind takes on a slow machine: a run that hangs ends as a failure instead of keeping CI
 * until its own limit.
 */
const LONGEST_RUN_MS = 30 * 60_000;
/** How long Jest may live on after its results: what a spec leaves open keeps it for ever. */
const LONGEST_END_MS = 30_000;

async function main([first, ...rest]) {
  const kinds = KINDS.includes(first) ? [first] : KINDS;
  const args = KINDS.includes(first) || first === undefined ? rest : [first, ...rest];
  if (kinds.includes('process') && !build()) {
    console.error('the build failed, no spec was run');
    console.log('0 passed, 1 failed');
    return 1;
  }
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const kind of kinds) {
    const counted = await run(kind, kind === 'unit' ? args : args.filter((arg) => arg !== '--coverage'));
    for (const name of Object.keys(total)) total[name] += counted[name];
  }
  const { passed, failed, skipped } = total;
  if (passed + failed === 0) console.error('no spec was run');
  const ok = failed === 0 && passed > 0;
  console.log(
    `${passed} passed, ${ok ? 0 : Math.max(failed, 1)} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
  );
  return ok ? 0 : 1;
}

function build() {
  const { status } = spawnSync(process.execPath, [path.join(__dirname, 'build.js')], {
    cwd: root,
    stdio: 'inherit',
  });
  return status === 0;
}

/** Runs the specs of one kind; their numbers. */
async function run(kind, args) {
  const report = path.join(root, '.tmp', `jest-${kind}-${process.pid}.json`);
  fs.mkdirSync(path.dirname(report), { recursive: true });
  const jest = spawn(
    process.execPath,
    [
      ...[
        '--report-on-signal',
        `--report-directory=${path.dirname(report)}`,
        `--report-filename=${openFile(report)}`,
      ],
      require.resolve('jest/bin/jest'),
      ...['--json', '--outputFile', report, '--passWithNoTests', ...args],
      // Last, since it takes every word that follows.
      ...['--selectProjects', kind],
    ],
    // Jest prints for people on stderr; with --json its stdout holds at most the report once more.
    { cwd: root, stdio: ['inherit', 'ignore', 'inherit'] },
  );
  const giveUp = async (why) => {
    console.error(`the ${kind} specs ${why}`);
    for (const line of await whatIsOpen(jest, report)) console.error(`  ${line}`);
    jest.kill('SIGKILL');
  };
  const timers = [
    setTimeout(giveUp, LONGEST_RUN_MS, `did not end within ${LONGEST_RUN_MS / 60_000} minutes`),
    setInterval(() => {
      if (!fs.existsSync(report)) return;
      clearInterval(timers[1]);
      const why = 'left something open, so that Jest did not end: run them with --detectOpenHandles';
      timers.push(setTimeout(giveUp, LONGEST_END_MS, why));
    }, 1000),
  ];
  const [status] = await once(jest, 'exit');
  for (const timer of timers) clearTimeout(timer);
  const counted = countersOf(report);
  // A run that Jest itself calls failed for another reason than a spec must not look green.
  return status === 0 ? counted : { ...counted, failed: Math.max(counted.failed, 1) };
}

const openFile = (report) => `${path.basename(report, '.json')}-open.json`;

/**
 * A line for each handle that keeps the process from its end, from the report that Node.js writes on SIGUSR2.
 */
async function whatIsOpen(child, report) {
  const file = path.join(path.dirname(report), openFile(report));
  // Node.js takes a signal for a report only while its loop turns, hence the limit.
  child.kill('SIGUSR2');
  for (let waits = 0; waits < 50; waits += 1) {
    await pause(100);
    try {
      const { libuv } = JSON.parse(fs.readFileSync(file, 'utf8'));
      fs.rmSync(file);
      return libuv
        .filter(({ type, is_active, is_referenced }) => type !== 'loop' && is_active && is_referenced)
        .map((handle) => JSON.stringify({ ...handle, address: undefined }));
    } catch {
      // Not written yet, or not whole.
    }
  }
  return ['its loop does not turn'];
}

function countersOf(file) {
  if (!fs.existsSync(file)) return { passed: 0, failed: 0, skipped: 0 };
  const result = JSON.parse(fs.readFileSync(file, 'utf8'));
  fs.rmSync(file);
  return {
    passed: result.numPassedTests,
    // A spec file that does not even load has no tests to count.
    failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}

main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
