import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildPackage } from '../support/buildPackage';

const root = path.join(__dirname, '..', '..');
const bin = (name: string): string => path.join(root, 'node_modules', name);

/** A program of one app that asks itself; each environment has its own way to load the package. */
const program = `
  const app = createApp(
    parseConfig({ Socket_connection: { Host: { IP: '127.0.0.1', Port: 0 } } }),
  );
  app.handle('Echo', (value) => ({ echoed: value }));
  app.start().then(async () => {
    const { ip, port } = app.address;
    const lab = createApp(parseConfig({ Socket_connection: { Client: { Lab: { IP: ip, Port: port } } } }));
    const result = await lab.peer('Lab').ask('Echo', 'hello');
    await Promise.all([app.stop(), lab.stop()]);
    console.log(JSON.stringify(result));
  });
`;

// Installing and type checking take their time on a busy machine.
jest.setTimeout(180_000);

/** The packed package, installed into an empty folder as a user does it. */
describe('The packed package', () => {
  let folder: string;
  let tarball: string;

  const run = (command: string, ...args: string[]): string =>
    execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const write = (name: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  };
  /** Runs a program of the development tools and gives what it printed, also when it failed. */
  const inspect = (...args: string[]): { readonly ok: boolean; readonly printed: string } => {
    try {
      return { ok: true, printed: run(process.execPath, ...args) };
    } catch (error) {
      const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
      return { ok: false, printed: `${stdout}${stderr}` };
    }
  };

  beforeAll(() => {
    buildPackage();
    folder = mkdtempSync(path.join(tmpdir(), 'rxcomet-package-'));
    execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], {
      cwd: root,
      stdio: 'pipe',
    });
    const name = readdirSync(folder).find((entry) => entry.endsWith('.tgz'));
    if (name === undefined) throw new Error('npm pack made no tarball');
    tarball = path.join(folder, name);
    write('package.json', '{ "private": true }');
    // What `npm ci` of this repository has put into npm's cache is not fetched again.
    run('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', tarball, 'rxjs@7');
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('is loaded by require', () => {
    write('main.cjs', `const { createApp, parseConfig } = require('rxcomet');${program}`);
    expect(run(process.execPath, 'main.cjs')).toBe('{"echoed":"hello"}\n');
  });

  it('is loaded by import', () => {
    write('main.mjs', `import { createApp, parseConfig } from 'rxcomet';${program}`);
    expect(run(process.execPath, 'main.mjs')).toBe('{"echoed":"hello"}\n');
  });

  it('has one instance of everything, under the same names, however it is loaded', () => {
    write(
      'both.mjs',
      `import { createRequire } from 'node:module';
      const require = createRequire(import.meta.url);
      for (const door of ['rxcomet', 'rxcomet/testing']) {
        const imported = await import(door);
        const required = require(door);
        const names = [...new Set([...Object.keys(imported), ...Object.keys(required)])];
        console.log(door, names.length > 0, names.filter((name) => imported[name] !== required[name]).length);
      }`,
    );
    expect(run(process.execPath, 'both.mjs')).toBe('rxcomet true 0\nrxcomet/testing true 0\n');
  });

  it('keeps everything but its doors to itself', () => {
    const { ok, printed } = inspect('-e', "require('rxcomet/dist/app/createApp.js')");
    expect(ok).toBe(false);
    expect(printed).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  it('is loaded by Jest in its default set-up', () => {
    write(
      'jest/echo.test.js',
      `const { createApp, parseConfig } = require('rxcomet');
      test('asks itself', async () => {
        const host = createApp(parseConfig({ Socket_connection: { Host: { IP: '127.0.0.1', Port: 0 } } }));
        host.handle('Echo', (value) => value);
        await host.start();
        const { ip: IP, port: Port } = host.address;
        const lab = createApp(parseConfig({ Socket_connection: { Client: { Lab: { IP, Port } } } }));
        expect(await lab.peer('Lab').ask('Echo', 5)).toBe(5);
        await Promise.all([host.stop(), lab.stop()]);
      });
      test('has the second door', () => {
        expect(Object.keys(require('rxcomet/testing'))).not.toEqual([]);
      });`,
    );
    write('jest/package.json', '{}');
    const { ok, printed } = inspect(bin('jest/bin/jest.js'), '--rootDir', path.join(folder, 'jest'), '--ci');
    expect({ ok, printed: ok ? '' : printed }).toEqual({ ok: true, printed: '' });
  });

  it.each([
    ['node16', 'main.cts'],
    ['node16', 'main.mts'],
    ['bundler', 'main.ts'],
  ])('has types for TypeScript with moduleResolution %s in %s', (moduleResolution, file) => {
    write(
      `types/${file}`,
      `import { createApp, defineAction, parseConfig, t, type App, type Delivered } from 'rxcomet';
      import * as testing from 'rxcomet/testing';
      const app: App = createApp(parseConfig(''));
      const Status = defineAction('Status', { value: t.number, ack: t.string });
      app.handle(Status, (value) => value.toFixed(2));
      export const answer: Promise<string> = app.peer('Lab').ask(Status, 4);
      // @ts-expect-error a value of the wrong type
      void app.peer('Lab').ask(Status, 'four');
      // @ts-expect-error no such name
      void app.nonsense;
      export const delivered: Delivered = 'no';
      void testing;`,
    );
    write(
      'types/tsconfig.json',
      JSON.stringify({
        compilerOptions: {
          module: moduleResolution === 'bundler' ? 'esnext' : 'node16',
          moduleResolution,
          target: 'es2022',
          lib: ['es2022'],
          strict: true,
          noUncheckedIndexedAccess: true,
          exactOptionalPropertyTypes: true,
          noEmit: true,
          types: ['node'],
          typeRoots: [path.join(root, 'node_modules', '@types')],
        },
        files: [file],
      }),
    );
    expect(inspect(bin('typescript/bin/tsc'), '-p', 'types')).toEqual({ ok: true, printed: '' });
  });

  it('is clean for publint', () => {
    const { ok, printed } = inspect(bin('publint/src/cli.js'), 'run', tarball, '--strict');
    expect({ ok, printed }).toEqual({ ok: true, printed: expect.stringContaining('All good!') as string });
  });

  it('is clean for arethetypeswrong', () => {
    const { ok, printed } = inspect(
      bin('@arethetypeswrong/cli/dist/index.js'),
      tarball,
      '--no-emoji',
      '--no-color',
    );
    expect({ ok, printed }).toEqual({
      ok: true,
      printed: expect.stringContaining('No problems found') as string,
    });
  });

  it('has a command that tells its version', () => {
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(run('npx', '--no-install', 'rxcomet', '--version').trim()).toContain(version);
  });

  it('brings four packages along and stays small', () => {
    const modules = path.join(folder, 'node_modules');
    const installed = readdirSync(modules).filter((name) => !name.startsWith('.'));
    expect(installed.sort()).toEqual(['fp-ts', 'io-ts', 'rxcomet', 'rxjs', 'tslib']);
    const bytesOf = (name: string): number =>
      readdirSync(path.join(modules, name), { recursive: true })
        .map((below) => statSync(path.join(modules, name, String(below))))
        .reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0);
    expect(bytesOf('rxcomet')).toBeLessThan(2 * 1024 * 1024);
    expect(installed.map(bytesOf).reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(20 * 1024 * 1024);
  });

  it('holds what is built, the licence and the readme, and nothing else', () => {
    const entries = readdirSync(path.join(folder, 'node_modules', 'rxcomet'));
    expect(entries.sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
    const built = readdirSync(path.join(folder, 'node_modules', 'rxcomet', 'dist'), { recursive: true });
    expect(built.filter((name) => !/(\.(js|mjs|d\.ts|d\.mts)|^[\w/-]+)$/.test(String(name)))).toEqual([]);
  });
});
