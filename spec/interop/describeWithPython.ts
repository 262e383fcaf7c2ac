import { spawnSync } from 'node:child_process';

const found = spawnSync('python3', ['--version'], { encoding: 'utf8' });
const reason = found.status === 0 ? undefined : 'skipped: python3 is not installed';

/**
 * `describe` for suites that need the legacy peer in Python; without python3 they are reported as skipped,
 * with the reason in the name.
 */
export function describeWithPython(name: string, define: () => void): void {
  if (reason === undefined) describe(name, define);
  else describe.skip(`${name} (${reason})`, define);
}
