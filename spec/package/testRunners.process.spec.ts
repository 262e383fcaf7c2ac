import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { codeBlocksOf } from '../docs/markdown';
import { buildPackage } from '../support/buildPackage';

const root = path.join(__dirname, '..', '..');
const modules = path.join(root, 'node_modules');

// Installing takes its time on a busy machine.
jest.setTimeout(180_000);

/** Each runner has its own way to hold a replay against a recording; the tests are the same. */
const tests = `
  const header = '{"rxcomet":"recording","version":1,"started":"2026-01-31T12:00:00.000Z"}\\n';
  const event = { link: 1, side: 'host', dialect: 'comet', id: 1 };
  const recording = header + [
    { ...event, at: 1, kind: 'message', action: 'Double', text: '21' },
    { ...event, at: 2, kind: 'ack', text: '42' },
  ].map((line) => JSON.stringify(line) + '\\n').join('');
  const replayOf = (factor) => replayRecording(readRecording([recording]),
    { handlers: (app) => void app.handle('Double', (value) => value * factor) },
  );
  const fails = async (promise, pattern) => {
    const message = await promise.then(() => 'nothing', (error) => error.message);
    if (!pattern.test(message)) throw new Error('unexpected: ' + message);
  };

  test('passes what is as recorded and shows what is not', async () => {
    await match(await replayOf(2), readRecording([recording]));
    await fails(match(await replayOf(3), readRecording([recording])), /- result: 42\\n +\\+ result: 63/);
    await match(await replayOf(3), readRecording([recording]), { tolerance: [{ absolute: 21 }] });
    await fails(match(await replayOf(3), readRecording([recording]), { ignore: ['result'] }), /nothing was compared/);
  });

  test('records, replays and updates, the last never under CI', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rxcomet-modes-'));
    const file = join(folder, 'double.ndjson');
    const { env } = process;
    try {
      await fails(match(await replayOf(2), file), /does not exist/);
      env.RXCOMET_RECORDING = 'record';
      await match(await replayOf(2), file);
      await fails(match(await replayOf(3), file), /changed acknowledgement/);
      env.RXCOMET_RECORDING = 'update';
      env.CI = 'true';
      await fails(match(await replayOf(3), file), /not updated under CI/);
      delete env.CI;
      await match(await replayOf(3), file);
      env.RXCOMET_RECORDING = 'replay';
      await match(await replayOf(3), file);
      await fails(match(await replayOf(2), file), /changed acknowledgement/);
    } finally {
      delete env.RXCOMET_RECORDING;
      rmSync(folder, { recursive: true });
    }
  });
`;
const names = '{ readRecording, replayRecording, toMatchRecording }';
const commonJs = `
  const ${names} = require('rxcomet/testing');
  const { mkdtempSync, rmSync } = require('node:fs');
  const { tmpdir } = require('node:os');
  const { join } = require('node:path');`;
const esm = `
  import ${names} from 'rxcomet/testing';
  import { mkdtempSync, rmSync } from 'node:fs';
  import { tmpdir } from 'node:os';
  import { join } from 'node:path';`;
/** What the pages' blocks on a session stand beside. */
const replayed = `
  function handlers(app) {
    app.handle('Double', (value) => ({ doubled: value * 2, timestamp: Date.now() }));
  }
`;
const session = [
  { rxcomet: 'recording', version: 1, started: '2026-01-31T12:00:00.000Z' },
  { link: 1, side: 'host', dialect: 'comet', id: 1, at: 1, kind: 'message', action: 'Double', text: '21' },
  {
    link: 1,
    side: 'host',
    dialect: 'comet',
    id: 1,
    at: 2,
    kind: 'ack',
    text: '{"doubled":42,"timestamp":1}',
  },
]
  .map((line) => `${JSON.stringify(line)}\n`)
  .join('');
/** As CommonJS has it: `import { a } from 'b'` is `const { a } = require('b')`. */
const required = (text: string): string =>
  text
    .replace(/^import (\{.+\}) from ('.+');$/gm, 'const $1 = require($2);')
    .replace(/^import ('.+?');/gm, 'require($1);');
const expecting = 'const match = (replay, ...rest) => expect(replay).toMatchRecording(...rest);';
const calling = `const match = async (...given) => {
  const { pass, message } = await toMatchRecording(...given);
  if (!pass) throw new Error(message());
};`;

/** The packed package in a project that tests with this or that runner. */
describe('The packed package', () => {
  let folder: string;

  const runIn = (place: string, ...args: string[]): { readonly ok: boolean; readonly printed: string } => {
    const { CI: _ci, ...env } = process.env;
    try {
      const options = { cwd: path.join(folder, place), env, encoding: 'utf8', stdio: 'pipe' } as const;
      return { ok: true, printed: execFileSync(process.execPath, args, options) };
    } catch (error) {
      const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
      return { ok: false, printed: `${stdout}${stderr}` };
    }
  };
  const write = (name: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  };
  const passes = (...args: string[]): void => passesIn('.', ...args);
  const passesIn = (place: string, ...args: string[]): void => {
    const { ok, printed } = runIn(place, ...args);
    expect({ ok, printed: ok ? '' : printed }).toEqual({ ok: true, printed: '' });
  };

  beforeAll(() => {
    buildPackage();
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'rxcomet-runners-')));
    execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], {
      cwd: root,
      stdio: 'pipe',
    });
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
    write('package.json', '{ "private": true }');
    // Vitest is installed here only: the newest that runs on each Node we support. The other runners are
    // those of this repository.
    const packages = [`./${tarball}`, 'rxjs@7', 'vitest@^3.2', 'vite@^7'];
    execFileSync('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...packages], {
      cwd: folder,
      stdio: 'pipe',
    });
    for (const name of ['@types/jest', '@types/node', '@jest/globals', 'expect']) {
      const link = path.join(folder, 'node_modules', name);
      rmSync(link, { recursive: true, force: true });
      mkdirSync(path.dirname(link), { recursive: true });
      symlinkSync(path.join(modules, name), link);
    }
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['its global expect', "require('rxcomet/testing/jest');"],
    [
      'expect from @jest/globals',
      "const { expect, test } = require('@jest/globals');\nrequire('rxcomet/testing/jest-globals');",
    ],
    ['expect extended by hand', 'expect.extend({ toMatchRecording });'],
  ])('holds replays against recordings in Jest in its default set-up: %s', (what, begin) => {
    const name = `jest-${what.replace(/\W/g, '-')}`;
    write(`${name}/package.json`, '{}');
    write(`${name}/replay.test.js`, `${commonJs}\n${begin}\n${expecting}\n${tests}`);
    passes(path.join(modules, 'jest/bin/jest.js'), '--rootDir', path.join(folder, name));
  });

  it('takes the door of Jest as a set-up file', () => {
    write('set-up/package.json', '{}');
    write('set-up/replay.test.js', `${commonJs}\n${expecting}\n${tests}`);
    const setUp = ['--setupFilesAfterEnv', 'rxcomet/testing/jest'];
    passes(path.join(modules, 'jest/bin/jest.js'), '--rootDir', path.join(folder, 'set-up'), ...setUp);
  });

  it('holds replays against recordings in Vitest', () => {
    const begin = "import { expect, test } from 'vitest';\nimport 'rxcomet/testing/vitest';";
    write('vitest/replay.test.mjs', `${begin}\n${esm}\n${expecting}\n${tests}`);
    passes('node_modules/vitest/vitest.mjs', 'run', '--root', 'vitest');
  });

  it.each([
    ['replay.cjs', `const test = require('node:test');\n${commonJs}`],
    ['replay.mjs', `import test from 'node:test';\n${esm}`],
  ])('holds replays against recordings in node:test: %s', (file, begin) => {
    write(`node-test/${file}`, `${begin}\n${calling}\n${tests}`);
    passes('--test', path.join('node-test', file));
  });

  /**
   * The blocks of the pages, word for word, each in a file of its own beside what the page says stands around
   * it: handlers and a session.
   */
  const writeBlocks = (
    place: string,
    extension: string,
    begin: string,
    form = (text: string): string => text,
  ): void => {
    write(`${place}/package.json`, '{}');
    write(`${place}/session.ndjson`, session);
    const blocks = ['docs/testing.md', 'docs/replay.md'].flatMap(codeBlocksOf);
    const wanted = blocks.filter(
      ({ language, text }) => language === 'js' && text.includes('test(') && !text.includes('node:assert'),
    );
    expect(wanted).toHaveLength(6);
    wanted.forEach(({ text }, index) => {
      write(`${place}/block${index}.test.${extension}`, form(`${begin}\n${text}\n${replayed}`));
    });
  };

  it('runs the blocks of the pages in Vitest', () => {
    const begin = "import { expect, test } from 'vitest';\nimport 'rxcomet/testing/vitest';";
    // Its door, as the table of the page says.
    writeBlocks('docs-vitest', 'mjs', begin, (text) => text.replace('testing/jest', 'testing/vitest'));
    passesIn('docs-vitest', '../node_modules/vitest/vitest.mjs', 'run');
  });

  it('runs the blocks of the pages in Jest as ES modules', () => {
    writeBlocks('docs-esm', 'mjs', "import 'rxcomet/testing/jest';");
    const match = ['--testMatch', '**/*.test.mjs', '--rootDir', '.'];
    const jest = ['--experimental-vm-modules', '--no-warnings', path.join(modules, 'jest/bin/jest.js')];
    passesIn('docs-esm', ...jest, ...match);
  });

  it('runs the blocks of the pages in Jest as CommonJS', () => {
    writeBlocks('docs-cjs', 'js', "import 'rxcomet/testing/jest';", required);
    passesIn('docs-cjs', path.join(modules, 'jest/bin/jest.js'), '--rootDir', '.');
  });

  it('runs the block of the page for node:test', () => {
    const [block, ...others] = codeBlocksOf('docs/replay.md').filter(({ text }) =>
      text.includes('node:assert'),
    );
    expect(others).toEqual([]);
    write('docs-node/session.ndjson', session);
    write('docs-node/block.test.mjs', `import test from 'node:test';\n${block?.text}\n${replayed}`);
    passesIn('docs-node', '--test', 'block.test.mjs');
  });

  const types = (imports: string): string => `${imports}
    import { readRecording, type Replay } from 'rxcomet/testing';
    declare const replay: Replay;
    export const held: Promise<void>[] = [
      expect(replay).toMatchRecording('session.ndjson'),
      expect(replay).toMatchRecording(readRecording('session.ndjson'), { ignore: ['result.time'], mode: 'replay' }),
      expect(replay).not.toMatchRecording('session.ndjson'),
    ];
    export const resolved: Promise<unknown> = expect(Promise.resolve(replay)).resolves.toMatchRecording('session.ndjson');
    // @ts-expect-error no recording
    void expect(replay).toMatchRecording(5);
    // @ts-expect-error no such mode
    void expect(replay).toMatchRecording('session.ndjson', { mode: 'rewrite' });
    // @ts-expect-error no such matcher
    void expect(replay).toMatchRecordings('session.ndjson');
  `;

  const forJest = "import 'rxcomet/testing/jest';";
  const forGlobals = "import { expect } from '@jest/globals';\nimport 'rxcomet/testing/jest-globals';";
  const forVitest = "import { expect } from 'vitest';\nimport 'rxcomet/testing/vitest';";

  it.each([
    [
      'as CommonJS and as ES module',
      'node16',
      { 'jest.cts': forJest, 'jest.mts': forJest, 'globals.cts': forGlobals },
    ],
    ['by a bundler, Vitest too', 'bundler', { 'jest.ts': forJest, 'vitest.ts': forVitest }],
  ])('tells TypeScript of the matcher, loaded %s', (_how, moduleResolution, files) => {
    for (const [file, imports] of Object.entries(files)) write(`types/${file}`, types(imports));
    const compilerOptions = {
      module: moduleResolution === 'bundler' ? 'esnext' : 'node16',
      moduleResolution,
      target: 'es2022',
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      // The declarations of Vite and Vitest are their own affair.
      skipLibCheck: moduleResolution === 'bundler',
      types: ['jest', 'node'],
      typeRoots: [path.join(folder, 'node_modules', '@types')],
    };
    write('types/tsconfig.json', JSON.stringify({ compilerOptions, files: Object.keys(files) }));
    passes(path.join(modules, 'typescript/bin/tsc'), '-p', 'types');
  });
});
