import { readFileSync } from 'node:fs';
import path from 'node:path';
import { filter, firstValueFrom } from 'rxjs';
import { createApp, parseConfig, type App } from '../../../src';
import { silentLogger } from '../../../src/runtime/Logger';
import { createMemoryTransport } from '../../../src/streams/transport/memory/createMemoryTransport';
import { createVirtualClock } from '../../support/createVirtualClock';
import { ack, message } from '../../recording/recordingSupport';
import { runMain, type Run, type RunOptions } from '../runMain';
import { temporaryFolder, type TemporaryFolder } from '../temporaryFolder';

const header = { rxcomet: 'recording', version: 1, started: '2026-01-31T12:00:00.000Z' };
const lines = (...events: readonly object[]): string =>
  [header, ...events].map((event) => `${JSON.stringify(event)}\n`).join('');
/** Two moves, each acknowledged with its double and a time. */
const moves = lines(
  message(1, '1'),
  ack(1, '{"x":2,"time":100}'),
  message(2, '2'),
  ack(2, '{"x":4,"time":200}'),
);

describe('rxcomet replay', () => {
  const app = { transport: createMemoryTransport(), logger: silentLogger };
  let folder: TemporaryFolder;
  let file: string;
  let apps: App[];

  beforeEach(() => {
    folder = temporaryFolder();
    file = folder.write('session.ndjson', moves);
    apps = [];
  });

  afterEach(async () => {
    for (const one of apps) await one.stop({ graceMs: 0 });
    folder.remove();
  });

  const replay = (args: readonly string[], options: RunOptions = {}): Run =>
    runMain(['replay', file, ...args], { app, ...options });
  const startHost = async (factor: number): Promise<void> => {
    const host = createApp(
      parseConfig({ Socket_connection: { Host: { IP: '127.0.0.9', Port: 4000 } } }),
      app,
    );
    apps.push(host);
    host.handle('Move', (value) => ({ x: Number(value) * factor, time: 7 }));
    await host.start();
  };
  const toHost = ['--to', '127.0.0.9:4000'];

  it('passes with exit code 0 when a live host answers as recorded, but for what is ignored', async () => {
    await startHost(2);
    const run = replay([...toHost, '--ignore', 'result.time']);
    expect(await run.exitCode).toBe(0);
    expect(run.stdout).toMatch(/^pass: 0 differences; compared 2, ignored 2/m);
    expect(run.stderr).toBe('');
  });

  it('ends with 1 when something differs, and shows where; as JSON and JUnit XML too', async () => {
    await startHost(3);
    const junit = path.join(folder.path, 'replay.xml');
    const run = replay([...toHost, '--ignore', 'result.time', '--junit', junit]);
    expect(await run.exitCode).toBe(1);
    expect(run.stdout).toContain('  - result.x: 2\n  + result.x: 3\n');
    expect(readFileSync(junit, 'utf8')).toContain('<failure message="2 of 2 compared differ">');

    const json = replay([...toHost, '--json']);
    expect(await json.exitCode).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ passed: false, compared: 2, differenceCount: 2 });
  });

  it('ends with 1 when nothing listens', async () => {
    const run = replay(toHost);
    expect(await run.exitCode).toBe(1);
    expect(run.stderr).toMatch(/\[ERR_CONNECT\]\n$/);
    expect(run.stdout).toBe('');
  });

  describe('--update', () => {
    const { CI } = process.env;
    beforeEach(() => delete process.env['CI']);
    afterEach(() => {
      if (CI === undefined) delete process.env['CI'];
      else process.env['CI'] = CI;
    });
    const update = (...args: readonly string[]): readonly string[] => [
      ...toHost,
      '--ignore',
      'result.time',
      '--update',
      ...args,
    ];
    const tripled = moves.replace('\\"x\\":2', '\\"x\\":3').replace('\\"x\\":4', '\\"x\\":6');

    it.each([
      ['y\n', 0, true],
      ['yes\r\n', 0, true],
      ['\n', 1, false],
      ['n\n', 1, false],
      ['', 1, false],
    ])('asks on a terminal; with the answer %j it ends with %i', async (answer, exitCode, updated) => {
      await startHost(3);
      const run = replay(update(), { terminal: true, stdin: [Buffer.from(answer)] });
      expect(await run.exitCode).toBe(exitCode);
      expect(run.stdout).toContain('  + result.x: 3\n');
      expect(run.stderr).toContain(`update ${file} (lines: 2 changed)? [y/N] `);
      expect(run.stderr).toContain(
        updated ? `updated ${file}: lines: 2 changed\n` : `${file} was left as it is\n`,
      );
      expect(readFileSync(file, 'utf8')).toBe(updated ? tripled : moves);
    });

    it('does so in a pipe with --yes, and never under CI', async () => {
      await startHost(3);
      const piped = replay(update());
      expect(await piped.exitCode).toBe(2);
      expect(piped.stderr).toContain('--yes says yes');
      process.env['CI'] = '1';
      const underCi = replay(update('--yes'), { terminal: true });
      expect(await underCi.exitCode).toBe(2);
      expect(underCi.stderr).toContain('not updated under CI');
      delete process.env['CI'];
      expect(readFileSync(file, 'utf8')).toBe(moves);
      expect(await replay(update('--yes')).exitCode).toBe(0);
      expect(readFileSync(file, 'utf8')).toBe(tripled);
      expect(await replay(update('--yes')).exitCode).toBe(0);
    });
  });

  it('never passes when nothing was compared', async () => {
    await startHost(2);
    file = folder.write('silent.ndjson', lines(message(1, '1', { confirm: false } as never)));
    const run = replay(toHost);
    expect(await run.exitCode).toBe(1);
    expect(run.stdout).toContain('no pass: nothing was compared');
  });

  it.each<[string, string, RegExp]>([
    ['is empty', '', /empty/],
    ['is of another version', lines().replace('"version":1', '"version":2'), /line|version 2/],
    ['has a line that is no JSON', `${moves}nonsense\n`, /:6|line 6/],
    ['breaks the format', `${moves}{"at":1}\n`, /:6|line 6/],
  ])('refuses a recording that %s, with exit code 2 and without a verdict', async (_what, content, place) => {
    await startHost(2);
    file = folder.write('bad.ndjson', content);
    for (const target of [toHost, ['--handlers', 'any.mjs'], ['--as-host', '127.0.0.9:4002']]) {
      const run = replay(target);
      expect(await run.exitCode).toBe(2);
      expect(run.stderr).toMatch(/\[ERR_BAD_RECORDING\]\n$/);
      expect(run.stderr).toMatch(place);
      expect(run.stdout).toBe('');
    }
  });

  it('refuses a recording that is not there', async () => {
    file = path.join(folder.path, 'gone.ndjson');
    expect(await replay(toHost).exitCode).toBe(2);
  });

  it('tells of a cut last line, and judges the rest where that is allowed', async () => {
    await startHost(2);
    file = folder.write('cut.ndjson', `${moves}{"at":`);
    const refusing = replay([...toHost, '--ignore', 'result.time']);
    expect(await refusing.exitCode).toBe(1);
    expect(refusing.stdout).toMatch(/no pass: the recording is cut: it ends in the middle of a line;/);
    const run = replay([...toHost, '--ignore', 'result.time', '--cut', 'allow']);
    expect(await run.exitCode).toBe(0);
    expect(run.stderr).toMatch(/^warning: .*line 6 was cut short/);
    expect(run.stdout).toMatch(/note: the recording is cut/);
    expect(await replay([...toHost, '--cut', 'maybe']).exitCode).toBe(2);
  });

  it('keeps the recorded time with --speed, shows progress on a terminal, and stops at a signal', async () => {
    const clock = createVirtualClock();
    file = folder.write(
      'slow.ndjson',
      lines(message(1, '1', { at: 0 }), ack(1, '2', { at: 1 }), message(2, '2', { at: 100_000 })),
    );
    const host = createApp(parseConfig({ Socket_connection: { Host: { IP: '127.0.0.9', Port: 4000 } } }), {
      ...app,
      clock,
    });
    apps.push(host);
    const moved = new Promise<void>((resolve) => {
      host.handle('Move', (value) => {
        resolve();
        return Number(value) * 2;
      });
    });
    await host.start();
    const run = replay([...toHost, '--speed', '10'], { app: { ...app, clock }, terminal: true });
    await moved;
    await clock.advance(500);
    await clock.advance(500);
    expect(run.stderr).toMatch(/\r\u001b\[K1 message, [\d.]+\/s, 0:(?:10|0\d) left/);
    const dropped = firstValueFrom(host.connections$.pipe(filter(({ kind }) => kind === 'close')));
    run.stop('SIGINT');
    expect(await run.exitCode).toBe(130);
    expect(run.stdout).toBe('');
    // Nothing waits for the time of the second message any more.
    expect((await dropped).open).toBe(0);
  });

  it.each([
    [[], 5000],
    [['--timeout', '200'], 200],
  ])('ends with exit code 1 at a host that gives no answer (%j)', async (more, afterMs) => {
    const clock = createVirtualClock();
    const silent = createApp(
      parseConfig({ Socket_connection: { Host: { IP: '127.0.0.9', Port: 4000 } } }),
      app,
    );
    apps.push(silent);
    silent.handle('Move', () => new Promise(() => undefined));
    await silent.start();
    const asked = firstValueFrom(silent.messages$);
    const run = replay([...toHost, ...more], { app: { ...app, clock } });
    await asked;
    let ended = false;
    void run.exitCode.then(() => (ended = true));
    await clock.advance(afterMs - 1);
    expect(ended).toBe(false);
    for (let turn = 0; turn < 20 && !ended; turn += 1) await clock.advance(afterMs);
    expect(await run.exitCode).toBe(1);
    expect(run.stdout).toContain('unanswered: Move, link 1, message 1');
  });

  it('gives the time back after --virtual-time, also when the handlers cannot be loaded', async () => {
    const { setTimeout: before } = globalThis;
    const run = replay(['--handlers', path.join(folder.path, 'gone.mjs'), '--virtual-time']);
    expect(await run.exitCode).toBe(2);
    expect(run.stderr).toContain('there is no such file');
    expect(globalThis.setTimeout).toBe(before);
  });

  it('stands in for the recorded host until it is stopped, and tells what it was asked for', async () => {
    const ask = (value: unknown): Promise<unknown> => {
      const Client = { Stage: { IP: '127.0.0.9', Port: 4002 } };
      const client = createApp(parseConfig({ Socket_connection: { Client } }), app);
      apps.push(client);
      return client.peer('Stage').ask('Move', value);
    };
    const run = replay(['--as-host', '127.0.0.9:4002']);
    await run.printed(/^listening on 127\.0\.0\.9:4002\n$/);
    expect(await ask(1)).toEqual({ x: 2, time: 100 });
    await expect(ask(9)).rejects.toMatchObject({ remoteCode: 'ERR_NOT_RECORDED' });
    run.stop('SIGINT');
    expect(await run.exitCode).toBe(1);
    expect(run.stdout).toContain(
      'not in the recording: Move 9; the nearest one: value is 1 there and 9 here\n',
    );
    expect(run.stdout).toContain('not asked for: Move, link 1, message 2\n');
    expect(run.stdout).toMatch(/no pass: answered 1, unknown 1, out of order 0, not asked for 1\n$/);

    const lenient = replay(['--as-host', '127.0.0.9:4002', '--mode', 'lenient', '--json']);
    await lenient.printed(/listening/);
    expect([await ask(1), await ask(1)]).toEqual([expect.anything(), { x: 2, time: 100 }]);
    lenient.stop('SIGINT');
    expect(await lenient.exitCode).toBe(0);
    expect(JSON.parse(lenient.stdout)).toMatchObject({ passed: true, answered: 1, repeated: 1 });
  });

  it.each([
    [[], 'one of --to, --handlers and --as-host'],
    [['--to', '127.0.0.1:1', '--handlers', 'x.mjs'], 'one of --to, --handlers and --as-host'],
    [['--to', 'Stage'], '--to: expected IP:PORT'],
    [['--to', '127.0.0.1:1', '--speed', 'fast'], '--speed: expected a number > 0 or max'],
    [['--to', '127.0.0.1:1', '--speed', '0'], '--speed: expected a number > 0 or max'],
    [['--to', '127.0.0.1:1', '--timeout', '0'], '--timeout: expected milliseconds > 0'],
    [['--as-host', '127.0.0.1:0', '--timeout', '1'], '--timeout goes with'],
    [['--to', '127.0.0.1:1', '--mode', 'lenient'], '--mode goes with'],
    [['--to', '127.0.0.1:1', '--side', 'host'], '--side goes with'],
    [['--to', '127.0.0.1:1', '--ignore', 'a['], 'ERR_BAD_OPTION'],
    [['--handlers', 'x.mjs', '--mode', 'loose'], '--mode: expected strict or lenient'],
    [['--as-host', '127.0.0.1:0', '--speed', '2'], '--speed: with --as-host expected 1 or max'],
    [['--as-host', '127.0.0.1:0', '--junit', 'x.xml'], '--junit goes with'],
    [['--handlers', 'gone.mjs'], 'there is no such file'],
    [['--to', '127.0.0.1:1', '--virtual-time'], '--virtual-time goes with --handlers'],
    [['--to', '127.0.0.1:1', '--yes'], '--yes goes with --update'],
  ])('refuses %j', async (args, text) => {
    const run = replay(args);
    expect(await run.exitCode).toBe(2);
    expect(run.stderr).toContain(text);
    expect(run.stdout).toBe('');
  });
});
