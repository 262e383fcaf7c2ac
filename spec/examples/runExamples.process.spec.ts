import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { buildPackage } from '../support/buildPackage';

const root = path.join(__dirname, '..', '..');
const names = readdirSync(path.join(root, 'examples')).filter((name) =>
  existsSync(path.join(root, 'examples', name, 'main.ts')),
);

describe('npm run example', () => {
  beforeAll(buildPackage, 120_000);

  it.each(names)(
    '%s: runs on the built package and ends by itself with --once',
    async (name) => {
      const run = promisify(execFile);
      const script = path.join(root, 'scripts', 'example.js');
      const { stdout, stderr } = await run(process.execPath, [script, name, '--once'], {
        cwd: root,
        timeout: 60_000,
      });
      expect(stdout).not.toBe('');
      // What the app logs may be part of the show.
      expect(stderr.split('\n').filter((line) => line !== '' && !line.startsWith('rxcomet: '))).toEqual([]);
    },
    90_000,
  );
});
