'use strict';

/*
 * Runs the specs: `npm test`, `npm test -- spec/config`, `npm test -- -t "a name"`; every argument goes to Jest.
 * Builds first, because some specs load the built package. Prints what Jest prints and last the plain line
 * "N passed, N failed" with ", N skipped" when there are any. Exit code 1 when something failed or nothing ran.
 */

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const report = path.join(root, '.tmp', `jest-${process.pid}.json`);

function main(args) {
  const built = spawnSync(process.execPath, [path.join(__dirname, 'build.js')], {
    cwd: root,
    stdio: 'inherit',
  });
  if (built.status !== 0) {
    console.error('the build failed, no spec was run');
    console.log('0 passed, 1 failed');
    return 1;
  }
  fs.mkdirSync(path.dirname(report), { recursive: true });
  const { status } = spawnSync(
    process.execPath,
    [require.resolve('jest/bin/jest'), '--json', '--outputFile', report, ...args],
    // Jest prints for people on stderr; with --json its stdout holds at most the report once more.
    { cwd: root, stdio: ['inherit', 'ignore', 'inherit'] },
  );
  const { passed, failed, skipped } = countersOf(report);
  const ok = status === 0 && failed === 0 && passed > 0;
  if (passed + failed === 0) console.error('no spec was run');
  // A run that Jest itself calls failed for another reason than a spec must not look green.
  const shownFailed = ok || failed > 0 ? failed : 1;
  console.log(`${passed} passed, ${shownFailed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  return ok ? 0 : 1;
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

process.exitCode = main(process.argv.slice(2));
