import { execFileSync } from 'node:child_process';
import path from 'node:path';

/**
 * Builds dist unless it is up to date already, for specs that load what users get. `npm test` did it before
 * the specs started.
 */
export function buildPackage(): void {
  execFileSync(process.execPath, [path.join(__dirname, '..', '..', 'scripts', 'build.js')], {
    stdio: 'inherit',
  });
}
