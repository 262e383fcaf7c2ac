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
      'index.ts':
        "export { start } from './app/start';\nexport type { Shape } from './config/types/Shape';\n",
      'app/start.ts':
        "import { Walk } from '../streams/host/Walk';\nimport { transport } from './transport';\nexport const start = () => [Walk, transport];\n",
      'config/types/Shape.ts': 'export interface Shape { readonly size: number }\n',
      'streams/host/Walk.ts':
        "import type { Shape } from '../../config/types/Shape';\nimport { frame, other } from '../wire/frames';\nexport const Walk = (s: Shape) => [s, frame, other];\n",
      'streams/wire/frames.ts': 'export const frame = 1;\nexport const other = 2;\n',
      'streams/transport/node/open.ts': "import net from 'node:net';\nexport const open = net.connect;\n",
      'cli/bin.ts': "import { start } from '../index';\nstart();\n",
      'app/transport.ts':
        "import { open } from '../streams/transport/node/open';\nexport const transport = open;\n",
    });
    expect(check(folder)).toEqual({ status: 0, lines: ['8 files, 0 problems'] });
  });

  it('names each way to break them, with its place', () => {
    write({
      'index.ts': "export { loop } from './app/loop';\n",
      'streams/wire/a.ts':
        "import { createServer } from 'node:net';\nimport { loop } from '../../app/loop';\nimport { secret } from '../../storage/secret';\nexport const a = [createServer, loop, secret];\n",
      'streams/host/b.ts':
        "import { a } from '../wire/a';\nimport { Limits } from '../../config/types/Limits';\nvoid [a, Limits];\n",
      'config/types/Limits.ts': "import { readFileSync } from 'fs';\nexport const Limits = readFileSync;\n",
      'storage/secret.ts': 'export const secret = 1;\n',
      'app/loop.ts': "import { back } from './back';\nexport const loop = back;\n",
      'app/back.ts': "import { loop } from './loop';\nexport const back = () => loop;\n",
      'app/one.ts': "import type { Two } from './two';\nexport interface One { readonly two: Two }\n",
      'app/two.ts': "import type { One } from './one';\nexport interface Two { readonly one: One }\n",
      'app/other.ts': 'export const name = 1;\n',
      'cli/bin.ts': "import { loop } from '../app/loop';\nvoid loop;\n",
      'elsewhere/x.ts': 'void 0;\n',
    });
    expect(check(folder)).toEqual({
      status: 1,
      lines: [
        'cli/bin.ts:1: cli must not import app/loop.ts',
        'elsewhere/x.ts: lies outside the folders of scripts/check-imports.js',
        'streams/host/b.ts:2: streams/host must not import more than types of config/types/Limits.ts',
        'streams/wire/a.ts:2: streams/wire must not import app/loop.ts',
        'streams/wire/a.ts:3: streams/wire must not import storage/secret.ts',
        'config/types/Limits.ts:1: node:fs belongs to runtime/nameSources.ts, config/loadConfig.ts, streams/transport/node, recording/format, replay/large, replay/rules, testing/toMatchRecording.ts, storage, storage/level, cli',
        'streams/wire/a.ts:1: node:net belongs to streams/transport/node, runtime/nameSources.ts, streams/host/AllowList.ts, storage/FolderLock.ts',
        'circle: app/back.ts -> app/loop.ts -> app/back.ts',
        'circle: app/one.ts -> app/two.ts -> app/one.ts',
        'app/other.ts:1: nothing uses the export name',
        '12 files, 10 problems',
      ],
    });
  });

  it('calls an empty folder a failure, not a pass', () => {
    expect(check(folder)).toEqual({ status: 1, lines: ['0 files, 0 problems'] });
  });
});
