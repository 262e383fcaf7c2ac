import { buildSync } from 'esbuild';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildPackage } from '../support/buildPackage';

const root = path.join(__dirname, '..', '..');

jest.setTimeout(240_000);

/**
 * Packages that users install for what needs them; they stay outside of a bundle, as they hold native code or
 * are found at run time.
 */
const OPTIONAL = ['prom-client', 'classic-level', '@opentelemetry/api', '@sinonjs/fake-timers'];

/** A program for each thing that loads an optional package; prints `done`. */
const PROGRAMS: Readonly<Record<string, string>> = {
  Metrics: `
    import { createApp, parseConfig } from 'rxcomet';
    const app = createApp(parseConfig({ Socket_connection: { Host: { IP: '127.0.0.1', Port: 0 }, Metrics: { IP: '127.0.0.1', Port: 0 } } }));
    await app.start();
    const { ip, port } = app.metricsAddress;
    const page = await (await fetch('http://' + ip + ':' + port + '/metrics')).text();
    await app.stop();
    console.log(page.includes('rxcomet_') ? 'done' : page);`,
  Outbox: `
    import { createApp, parseConfig } from 'rxcomet';
    const app = createApp(parseConfig({ Socket_connection: { Client: { Lab: { IP: '127.0.0.1', Port: 1, Outbox: { Path: 'outbox' } } } } }), { logger: { debug() {}, info() {}, warn() {}, error() {} } });
    await app.start();
    app.peer('Lab').tell('Point', 1);
    await app.peer('Lab').persisted();
    await app.stop({ graceMs: 0 });
    console.log('done');`,
  Dedup: `
    import { createApp, parseConfig } from 'rxcomet';
    const app = createApp(parseConfig({ Socket_connection: { Host: { IP: '127.0.0.1', Port: 0, Dedup: { Path: 'dedup' } } } }));
    await app.start();
    await app.stop();
    console.log('done');`,
  tracing: `
    import { trace } from '@opentelemetry/api';
    import { createApp, parseConfig } from 'rxcomet';
    trace.setGlobalTracerProvider({ getTracer: () => ({}) });
    const warned = [];
    const ignore = () => undefined;
    const logger = { debug: ignore, info: ignore, error: ignore, warn: (_fields, text) => warned.push(text) };
    const app = createApp(parseConfig({ Socket_connection: { Client: { Lab: { IP: '127.0.0.1', Port: 1 } } } }), { logger });
    await app.stop();
    console.log(warned.length === 0 ? 'done' : warned);`,
  'virtual time': `
    import { virtualTime } from 'rxcomet/testing';
    const time = virtualTime();
    time.uninstall();
    console.log('done');`,
};

describe('A bundle', () => {
  let folder: string;

  beforeAll(() => {
    buildPackage();
    folder = mkdtempSync(path.join(tmpdir(), 'rxcomet-bundle-'));
    const modules = path.join(folder, 'node_modules');
    mkdirSync(modules);
    // The bundle finds what it does not hold as an installed program does.
    for (const name of readdirSync(path.join(root, 'node_modules'))) {
      symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name));
    }
    symlinkSync(root, path.join(modules, 'rxcomet'));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /**
   * Bundles a program with the package and rxjs inside; the file's folder has node_modules above it, the
   * current folder has not.
   */
  const bundle = (program: string, format: 'esm' | 'cjs', minify = false): string => {
    const outfile = path.join(folder, 'out', `program.${format === 'esm' ? 'mjs' : 'cjs'}`);
    const banner =
      format === 'esm'
        ? "import { createRequire as bundledRequire } from 'node:module'; const require = bundledRequire(import.meta.url);"
        : '';
    const contents =
      format === 'esm'
        ? program
        : `${program.replace(/import (\{.*?\}) from ('.*?');/g, 'const $1 = require($2);').replace(/^([^]*)$/, '(async () => {$1})();')}`;
    // The asynchronous one keeps a process of its own for as long as ours lives.
    buildSync({
      stdin: { contents, resolveDir: folder, loader: 'js' },
      bundle: true,
      platform: 'node',
      format,
      minify,
      outfile,
      external: OPTIONAL,
      banner: { js: banner },
      logLevel: 'silent',
    });
    return outfile;
  };

  const run = (file: string, cwd: string): string => {
    const { stdout, stderr } = spawnSync(process.execPath, [file], {
      cwd,
      encoding: 'utf8',
      timeout: 60_000,
    });
    return stdout + stderr;
  };

  const elsewhere = (): string => mkdtempSync(path.join(folder, 'cwd-'));

  it.each(
    Object.keys(PROGRAMS).flatMap((name) =>
      (['esm', 'cjs'] as const).map((format) => [name, format] as const),
    ),
  )('with %s runs as %s, also from another folder', async (name, format) => {
    const file = bundle(PROGRAMS[name] ?? '', format);
    expect(run(file, elsewhere())).toBe('done\n');
    expect(run(file, folder)).toBe('done\n');
  });

  it('names the package that is missing, and how to install it', async () => {
    const file = bundle(
      `import { createApp, parseConfig } from 'rxcomet';
       const app = createApp(parseConfig({ Socket_connection: { Metrics: { IP: '127.0.0.1', Port: 0 }, Host: { IP: '127.0.0.1', Port: 0 } } }));
       await app.start().catch((error) => console.log(error.code, error.message));`,
      'esm',
    );
    const alone = mkdtempSync(path.join(tmpdir(), 'rxcomet-alone-'));
    try {
      const copy = path.join(alone, 'program.mjs');
      execFileSync('cp', [file, copy]);
      expect(run(copy, alone)).toBe(
        'ERR_MISSING_PACKAGE Metrics needs the package prom-client: npm i prom-client\n',
      );
    } finally {
      rmSync(alone, { recursive: true });
    }
  });

  it('holds nothing of CommonJS that a bundle in ESM has not, but behind a question whether it is there', () => {
    const dist = path.join(root, 'dist');
    const files = readdirSync(dist, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.js') && !name.startsWith('cli'));
    const uses = files.flatMap((name) => {
      const text = readFileSync(path.join(dist, name), 'utf8')
        .replace(/\/\*[^]*?\*\/|\/\/.*$/gm, '')
        .replace(/if \(typeof __filename === 'string'\)\s*return \[__filename\];/, '');
      return /\b(__filename|__dirname|require\.(resolve|main|cache))\b/.test(text) ? [name] : [];
    });
    expect(uses).toEqual([]);
  });
});
