import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const script = path.join(__dirname, '..', '..', 'scripts', 'check-imports.js');

function check(...args: string[]): { readonly status: number | null; readonly lines: string[] } {
  const { status, stdout } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  return { status, lines: stdout.trimEnd().split('\n') };
}

describe('scripts/check-imports.js', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'rxcomet-imports-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  };

  it('finds nothing wrong in src', () => {
    expect(check()).toEqual({ status: 0, lines: [expect.stringMatching(/^\d+ files, 0 problems$/)] });
  });

  it('accepts a tree that keeps the rules', () => {
    write({
      'index.ts': "export { start } from './app/start';\nexport type { Shape } from './config/Shape';\n",
      'app/start.ts': "import { walk } from '../streams/walk';\nexport const start = () => walk;\n",
      'config/Shape.ts': 'export interface Shape { readonly size: number }\n',
      'streams/walk.ts':
        "import type { Shape } from '../config/Shape';\nexport const walk = (s: Shape) => s;\n",
      'streams/transport/node/open.ts': "import net from 'node:net';\nexport const open = net.connect;\n",
      'cli/bin.ts': "import { start } from '../index';\nstart();\n",
      'app/transport.ts':
        "import { open } from '../streams/transport/node/open';\nexport const transport = open;\n",
      'app/start2.ts': "import { transport } from './transport';\nvoid transport;\n",
    });
    expect(check(folder)).toEqual({ status: 0, lines: ['8 files, 0 problems'] });
  });

  it('names each way to break them, with its place', () => {
    write({
      'index.ts': "export { a } from './streams/a';\nexport { loop } from './app/loop';\n",
      'streams/a.ts':
        "import { createServer } from 'node:net';\nimport { loop } from '../app/loop';\nimport { secret } from '../config/secret';\nexport const a = [createServer, loop, secret];\n",
      'config/secret.ts': "import { readFileSync } from 'fs';\nexport const secret = readFileSync;\n",
      'app/loop.ts': "import { back } from './back';\nexport const loop = back;\n",
      'app/back.ts': "import { loop } from './loop';\nexport const back = () => loop;\n",
      'app/two.ts': 'export const two = 2;\nexport const three = 3;\n',
      'app/other.ts': 'export const name = 1;\n',
      'cli/bin.ts': "import { two, three } from '../app/two';\nvoid [two, three];\n",
      'elsewhere/x.ts': 'void 0;\n',
    });
    expect(check(folder)).toEqual({
      status: 1,
      lines: [
        'cli/bin.ts:1: cli must not import app/two.ts',
        'elsewhere/x.ts: lies outside the folders of scripts/check-imports.js',
        'streams/a.ts:2: streams must not import app/loop.ts',
        'streams/a.ts:3: streams must not import more than types of config/secret.ts',
        'config/secret.ts:1: node:fs belongs to config/loadConfig.ts, streams/transport/node, recording, replay, testing, cli, storage, app',
        'streams/a.ts:1: node:net belongs to streams/transport/node',
        'circle: app/back.ts -> app/loop.ts -> app/back.ts',
        'app/other.ts:1: nothing uses the export name',
        '9 files, 8 problems',
      ],
    });
  });

  it('calls an empty folder a failure, not a pass', () => {
    expect(check(folder)).toEqual({ status: 1, lines: ['0 files, 0 problems'] });
  });
});
