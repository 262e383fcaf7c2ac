import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { buildPackage } from '../support/buildPackage';
import { temporaryFolder, type TemporaryFolder } from './temporaryFolder';

const bin = path.join(__dirname, '..', '..', 'dist', 'cli', 'bin.js');
const NO_COLOUR = { ...process.env, NO_COLOR: '1' };

jest.setTimeout(60_000);

describe('rxcomet as a process', () => {
  const running = new Set<ChildProcess>();
  let folder: TemporaryFolder;

  beforeAll(buildPackage);

  beforeEach(() => {
    folder = temporaryFolder();
    folder.write('settings.yml', 'Socket_connection:\n  Host: {IP: 127.0.0.9, Port: 0}\n');
  });

  afterEach(async () => {
    for (const child of running) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    folder.remove();
  });

  const rxcomet = (...args: string[]) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd: folder.path, env: NO_COLOUR });
    running.add(child);
    const written = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (written.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (written.stderr += text));
    const finished = once(child, 'close').then(([code, signal]: unknown[]) => {
      running.delete(child);
      return { code: code ?? signal, ...written };
    });
    const printed = async (pattern: RegExp): Promise<string> => {
      for (;;) {
        const match = pattern.exec(written.stdout) ?? pattern.exec(written.stderr);
        if (match !== null) return match[1] ?? '';
        if (!running.has(child)) throw new Error(`it ended: ${JSON.stringify(written)}`);
        await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), finished]);
      }
    };
    return { child, finished, printed };
  };

  /**
   * Serves with a module of handlers and gives what `send` prints for action Try; ends with the exit code of
   * both.
   */
  const tryHandlers = async (file: string) => {
    const serving = rxcomet('serve', '--handlers', file);
    const address = await serving.printed(/listening on (\S+)\n/);
    const sent = await rxcomet('send', address, 'Try', '-5').finished;
    serving.child.kill('SIGTERM');
    const served = await serving.finished;
    expect({ code: served.code, stderr: served.stderr }).toEqual({ code: 0, stderr: '' });
    expect({ code: sent.code, stderr: sent.stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(sent.stdout) as unknown;
  };

  it('prints its version without loading a command, or rxjs', async () => {
    const told = folder.write(
      'told.js',
      "process.on('exit', () => require('node:fs').writeSync(2, Object.keys(require.cache).join('\\n')));",
    );
    const loadedBy = async (argument: string) => {
      const { stderr } = await promisify(execFile)(process.execPath, ['-r', told, bin, argument]);
      return stderr.match(/\w+Command(?=\.js$)|node_modules\/rxjs(?=\/)/gm) ?? [];
    };
    expect(await loadedBy('--version')).toEqual([]);
    // So that it is known to see them.
    expect(await loadedBy('--help')).toEqual(expect.arrayContaining(['serveCommand', 'node_modules/rxjs']));
  });

  it('serves the settings.yml of the current folder until SIGINT', async () => {
    const { child, finished, printed } = rxcomet('serve');
    expect(await printed(/^listening on (\S+)\n$/)).toMatch(/^127\.0\.0\.9:\d+$/);
    child.kill('SIGINT');
    expect(await finished).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([
    ['call process.exit(0)', '() => process.exit(0)'],
    ['do so while they are loaded', '(process.exit(0), 1)'],
    ['wait for nothing', '() => new Promise(() => {})', '--virtual-time'],
  ])('has no verdict, and says so, when the handlers of a replay %s', async (_what, handler, ...more) => {
    folder.write('handlers.cjs', `module.exports = { Move: ${handler} };`);
    const lines = [
      { rxcomet: 'recording', version: 1, started: '2026-01-31T12:00:00.000Z' },
      { at: 1, link: 1, side: 'host', dialect: 'native', kind: 'message', id: 1, action: 'Move', text: '1' },
      { at: 2, link: 1, side: 'host', dialect: 'native', kind: 'ack', id: 1, text: '2' },
    ];
    folder.write('session.ndjson', lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const replay = rxcomet('replay', 'session.ndjson', '--handlers', 'handlers.cjs', ...more);
    const { code, stdout, stderr } = await replay.finished;
    expect(code).not.toBe(0);
    expect(`${stdout}${stderr}`).not.toMatch(/^pass/m);
    expect(stderr + stdout).not.toBe('');
  });

  it('ends at once at a second signal', async () => {
    folder.write(
      'stuck.cjs',
      `module.exports = { Stick: () => { console.error('stuck'); return new Promise(() => {}); } };`,
    );
    const { child, finished, printed } = rxcomet('serve', '--handlers', 'stuck.cjs');
    const address = await printed(/listening on (\S+)\n/);
    rxcomet('send', address, 'Stick', '1');
    await printed(/stuck/);
    child.kill('SIGTERM');
    // Another one, because two of a kind that wait together count as one; which of them comes first is not
    // settled.
    child.kill('SIGINT');
    expect([130, 143]).toContain((await finished).code);
  });

  it('watches until SIGTERM, and ends quietly when nobody reads on', async () => {
    const first = rxcomet('watch', '--json');
    const address = await first.printed(/listening on (\S+)\n/);
    expect((await rxcomet('send', address, 'Log', 'one').finished).stdout).toBe('null\n');
    expect(await first.printed(/"value":("one")/)).toBe('"one"');
    first.child.kill('SIGTERM');
    expect((await first.finished).code).toBe(0);

    const second = rxcomet('watch');
    const port = await second.printed(/listening on (\S+)\n/);
    second.child.stdout.destroy();
    await rxcomet('send', port, 'Log', 'two').finished;
    expect(await second.finished).toMatchObject({ code: 0, stderr: `listening on ${port}\n` });
  });

  it('stops reading standard input at a signal', async () => {
    const { child, finished } = rxcomet('send', '127.0.0.9:1', '', '--file', '-');
    // More than a pipe holds, so that it is taken only by a process that reads.
    await new Promise((resolve) => child.stdin.write(Buffer.alloc(1 << 20), resolve));
    child.kill('SIGINT');
    expect((await finished).code).toBe(130);
  });

  it('looks a client up in settings.yml, and says what to do when there is none', async () => {
    expect(await rxcomet('send', 'Lab', 'A', '1').finished).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'rxcomet send: no client "Lab" in the configuration: Socket_connection.Client names none [ERR_UNKNOWN_CLIENT]\n',
    });
    mkdirSync(path.join(folder.path, 'empty'));
    const child = spawn(process.execPath, [bin, 'send', 'Lab', 'A', '1'], {
      cwd: path.join(folder.path, 'empty'),
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    await once(child, 'close');
    expect(stderr).toBe(
      'rxcomet send: no settings.yml here to look "Lab" up in\n' +
        'name the settings with -c FILE, or give TARGET as IP:PORT or [IPv6]:PORT\n',
    );
  });

  // The checks that every module of handlers answers with: one copy of rxjs and rxcomet, however they are
  // loaded.
  const same = `(a, b) => ({
    rxjs: app.messages$ instanceof a.Observable && app.messages$ instanceof b.Observable,
    rxcomet: [a, b].every(({ UnknownClient }) => { try { app.peer('x'); } catch (e) { return e instanceof UnknownClient; } }),
  })`;

  it.each([
    [
      'handlers.mjs',
      `import * as rxjs from 'rxjs';
       import * as rxcomet from 'rxcomet';
       import { createRequire } from 'node:module';
       const require = createRequire(import.meta.url);
       export default async (app) => {
         const same = ${same};
         app.handle('Try', () => same({ ...rxjs, ...rxcomet }, { ...require('rxjs'), ...require('rxcomet') }));
       };`,
    ],
    [
      'handlers.cjs',
      `const rxjs = require('rxjs');
       const { map } = require('rxjs/operators');
       const rxcomet = require('rxcomet');
       module.exports = (app) => {
         const same = ${same};
         app.handle('Try', () => rxjs.from(Promise.all([import('rxjs'), import('rxcomet')])).pipe(
           map(([a, b]) => same({ ...rxjs, ...rxcomet }, { ...a, ...b }))));
       };`,
    ],
  ])('gives %s the very rxcomet and rxjs that it runs on', async (file, text) => {
    // What the folder itself has installed is another copy.
    for (const name of ['rxjs', 'rxcomet']) {
      mkdirSync(path.join(folder.path, 'node_modules', name), { recursive: true });
      folder.write(`node_modules/${name}/index.js`, 'throw new Error("another copy");');
    }
    folder.write(file, text);
    expect(await tryHandlers(file)).toEqual({ rxjs: true, rxcomet: true });
  });

  it.each([
    ['handlers.mjs', 'export default { Try: (value) => value * 2 };'],
    ['handlers.mjs', 'export default new Map([["Try", (value) => value * 2]]);'],
    ['handlers.cjs', 'exports.Try = (value) => value * 2;'],
    ['handlers.js', 'module.exports = { Try: async (value) => value * 2 };'],
    [
      'handlers.js',
      'exports.__esModule = true; exports.default = (app) => { app.handle("Try", (value) => value * 2); };',
    ],
  ])('takes the handlers of %s: %s', async (file, text) => {
    folder.write(file, text);
    expect(await tryHandlers(file)).toBe(-10);
  });

  it.each<[string, string, string | RegExp]>([
    [
      'thrower.mjs',
      'export default () => { throw new TypeError("no stage"); };',
      /^rxcomet serve: --handlers thrower\.mjs failed: TypeError: no stage\n {4}at .*thrower\.mjs:1:\d+\)\n$/,
    ],
    [
      'mistyped.mjs',
      'export default {',
      'rxcomet serve: --handlers mistyped.mjs cannot be loaded: SyntaxError: Unexpected end of input\nnode --check mistyped.mjs shows the place\n',
    ],
    [
      'number.mjs',
      'export default { Status: 5 };',
      'rxcomet serve: --handlers number.mjs: the handler of "Status" is a number\nexport default (app) => …, or an object from action to handler\n',
    ],
    [
      'named.mjs',
      'export const Status = () => 1;',
      'rxcomet serve: --handlers named.mjs: its default export is missing\nexport default (app) => …, or an object from action to handler\n',
    ],
    [
      'list.cjs',
      'module.exports = [];',
      'rxcomet serve: --handlers list.cjs: its default export is an array\nexport default (app) => …, or an object from action to handler\n',
    ],
    [
      'lost.mjs',
      'import "./gone.mjs";',
      /^rxcomet serve: --handlers lost\.mjs cannot be loaded: .*gone\.mjs/,
    ],
  ])('refuses %s: %s', async (file, text, stderr) => {
    folder.write(file, text);
    const finished = await rxcomet('serve', '--handlers', file).finished;
    expect({ code: finished.code, stdout: finished.stdout }).toEqual({ code: 2, stdout: '' });
    if (typeof stderr === 'string') expect(finished.stderr).toBe(stderr);
    else expect(finished.stderr).toMatch(stderr);
  });

  it('stops also while a module of handlers is waiting', async () => {
    folder.write(
      'waits.mjs',
      `export default () => { console.error('waiting'); return new Promise(() => {}); };`,
    );
    const { child, finished, printed } = rxcomet('serve', '--handlers', 'waits.mjs');
    await printed(/waiting/);
    child.kill('SIGTERM');
    expect(await finished).toEqual({ code: 0, stdout: '', stderr: 'waiting\n' });
  });

  const readsTypeScript = 'typescript' in process.features && Boolean(process.features.typescript);
  const typed = 'export default { Try: (value: number): number => value * 2 };';

  (readsTypeScript ? it : it.skip)('takes handlers in TypeScript by what Node has', async () => {
    folder.write('handlers.ts', typed);
    expect(await tryHandlers('handlers.ts')).toBe(-10);
  });

  (readsTypeScript ? it.skip : it)('says which package is missing for handlers in TypeScript', async () => {
    folder.write('handlers.ts', typed);
    expect(await rxcomet('serve', '--handlers', 'handlers.ts').finished).toEqual({
      code: 2,
      stdout: '',
      stderr: `rxcomet serve: Node ${process.version} cannot read handlers.ts by itself: run npm i jiti, or use Node 22.18 or newer [ERR_MISSING_PACKAGE]\n`,
    });
  });

  (readsTypeScript ? it.skip : it)('reads TypeScript by the jiti that lies beside the handlers', async () => {
    mkdirSync(path.join(folder.path, 'node_modules', 'jiti'), { recursive: true });
    // As much of jiti as is used: it is told who asks and which file is wanted.
    folder.write(
      'node_modules/jiti/index.js',
      `exports.createJiti = (parent) => ({
         import: async (file) => ({ default: { Try: () => [parent, file].map((name) => name.split('/').pop()) } }),
       });`,
    );
    folder.write('handlers.ts', typed);
    expect(await tryHandlers('handlers.ts')).toEqual(['handlers.ts', 'handlers.ts']);
  });
});
