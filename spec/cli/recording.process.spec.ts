import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createApp, parseConfig } from '../../src';
import { silentLogger } from '../../src/runtime/Logger';
import { readRecording, type RecordedEvent } from '../../src/testing';
import { buildPackage } from '../support/buildPackage';
import { ack, message } from '../recording/recordingSupport';
import { temporaryFolder, type TemporaryFolder } from './temporaryFolder';

const bin = path.join(__dirname, '..', '..', 'dist', 'cli', 'bin.js');
const header = '{"rxcomet":"recording","version":1,"started":"2026-01-31T12:00:00.000Z"}\n';
const lines = (...events: readonly object[]): string =>
  header + events.map((event) => `${JSON.stringify(event)}\n`).join('');

jest.setTimeout(60_000);

describe('record and replay as processes', () => {
  const running = new Set<ChildProcess>();
  let folder: TemporaryFolder;

  beforeAll(buildPackage);

  beforeEach(() => {
    folder = temporaryFolder();
    folder.write('settings.yml', 'Socket_connection:\n  Host: {IP: 127.0.0.9, Port: 0}\n');
    folder.write('double.mjs', 'export default { Double: (value) => value * 2 };');
    folder.write('triple.mjs', 'export default { Double: (value) => value * 3 };');
  });

  afterEach(async () => {
    for (const child of running) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    folder.remove();
  });

  const rxcomet = (...args: string[]) => {
    const env = { ...process.env, NO_COLOR: '1' };
    const child = spawn(process.execPath, [bin, ...args], { cwd: folder.path, env });
    running.add(child);
    const written = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (written.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (written.stderr += text));
    const finished = once(child, 'close').then(([code, signal]: unknown[]) => {
      running.delete(child);
      return { code: code ?? signal, ...written };
    });
    const address = async (): Promise<string> => {
      for (;;) {
        const match = /listening on (\S+)\n/.exec(written.stdout);
        if (match !== null) return match[1] ?? '';
        if (!running.has(child)) throw new Error(`it ended: ${JSON.stringify(written)}`);
        await Promise.race([once(child.stdout, 'data'), finished]);
      }
    };
    return { child, finished, address };
  };
  const eventsIn = async (file: string): Promise<readonly RecordedEvent[]> => {
    const events: RecordedEvent[] = [];
    const recording = readRecording(path.join(folder.path, file));
    for await (const event of recording) events.push(event);
    expect(recording.warnings).toEqual([]);
    return events;
  };

  const cutShort = /line \d+ was cut short and is skipped; the recorder was stopped while writing it\n?$/;
  /** The values of the messages in the beginning of a recording. */
  const readBeginning = async (bytes: Uint8Array) => {
    const values: number[] = [];
    const recording = readRecording([bytes]);
    for await (const event of recording) if (event.kind === 'message') values.push(Number(event.text));
    return { values, warnings: recording.warnings };
  };

  it.each(['session.ndjson', 'session.ndjson.gz'])(
    'records into %s until SIGINT, which leaves a whole file, and replays it',
    async (file) => {
      const serving = rxcomet('serve', '--handlers', 'double.mjs');
      const host = await serving.address();
      const recording = rxcomet('record', '--listen', '127.0.0.9:0', '--to', host, '-o', file);
      const tap = await recording.address();
      expect(await rxcomet('send', tap, 'Double', '21').finished).toMatchObject({ code: 0, stdout: '42\n' });
      recording.child.kill('SIGINT');
      const recorded = await recording.finished;
      const events = await eventsIn(file);
      expect(recorded).toMatchObject({ code: 0, stderr: `recorded ${events.length} events in ${file}\n` });
      expect(events.map(({ kind }) => kind)).toEqual(['open', 'message', 'ack', 'close']);

      const pass = /^pass: 0 differences; compared 1/;
      const same = await rxcomet('replay', file, '--to', host).finished;
      expect(same).toEqual({ code: 0, stdout: expect.stringMatching(pass) as string, stderr: '' });
      const handlers = await rxcomet('replay', file, '--handlers', 'double.mjs').finished;
      expect(handlers).toEqual({ code: 0, stdout: expect.stringMatching(pass) as string, stderr: '' });
      const changed = await rxcomet('replay', file, '--handlers', 'triple.mjs').finished;
      expect(changed).toMatchObject({ code: 1, stderr: '' });
      expect(changed.stdout).toContain('  - result: 42\n  + result: 63\n');
    },
  );

  it('writes how a connection ended that is open when the recording is stopped', async () => {
    folder.write('stuck.mjs', 'export default { Stick: () => new Promise(() => {}) };');
    const host = await rxcomet('serve', '--handlers', 'stuck.mjs').address();
    const recording = rxcomet('record', '--listen', '127.0.0.9:0', '--to', host, '-o', 'open.ndjson');
    const tap = await recording.address();
    const asking = rxcomet('send', tap, 'Stick', '1');
    // As long as it takes until the message is in the file.
    while (!(await eventsIn('open.ndjson').catch(() => [])).some(({ kind }) => kind === 'message'));
    recording.child.kill('SIGTERM');
    expect((await recording.finished).code).toBe(0);
    expect((await eventsIn('open.ndjson')).at(-1)).toMatchObject({ kind: 'close', how: 'reset' });
    expect((await asking.finished).code).toBe(1);
  });

  it.each(['killed.ndjson', 'killed.ndjson.gz'])(
    'has written %s up to the last moments when it is killed, at most one line of it cut',
    async (file) => {
      folder.write('echo.mjs', 'export default { Echo: (value) => value };');
      const host = await rxcomet('serve', '--handlers', 'echo.mjs').address();
      const recording = rxcomet('record', '--listen', '127.0.0.9:0', '--to', host, '-o', file);
      const [, IP, Port] = /^(.*):(\d+)$/.exec(await recording.address()) ?? [];
      const Client = { Tap: { IP, Port: Number(Port) } };
      const app = createApp(parseConfig({ Socket_connection: { Client } }), { logger: silentLogger });
      // When each message was answered; its place is its value.
      const answeredAt: number[] = [];
      let ended = false;
      const traffic = (async () => {
        for (;;) {
          await app.peer('Tap').ask('Echo', answeredAt.length);
          answeredAt.push(performance.now());
        }
      })().catch((error: { readonly code: string }) => {
        ended = true;
        return error.code;
      });
      const written = async () => readBeginning(await readFile(path.join(folder.path, file)));
      // It is written while the traffic goes on.
      while (!ended && (await written().catch(() => undefined))?.values[99] === undefined);
      const killedAt = performance.now();
      recording.child.kill('SIGKILL');
      expect(await recording.finished).toMatchObject({ code: 'SIGKILL' });
      expect(await traffic).toBe('ERR_CONNECTION_CLOSED');
      await app.stop({ graceMs: 0 });

      const { values, warnings } = await written();
      expect(values).toEqual(values.map((_, index) => index));
      expect(warnings.filter((warning) => !cutShort.test(warning))).toEqual([]);
      expect(warnings.length).toBeLessThanOrEqual(1);
      // 100 ms by its own clock, to which a busy machine may add.
      expect(killedAt - (answeredAt[values.length] ?? killedAt)).toBeLessThan(2000);

      // Wherever the disk had stopped: a beginning of the same, at most one line of it cut.
      const bytes = await readFile(path.join(folder.path, file));
      let cut = bytes;
      for (let end = bytes.length - 1; end > bytes.length - 200; end -= 3) {
        const beginning = await readBeginning(bytes.subarray(0, end));
        expect(beginning.values).toEqual(values.slice(0, beginning.values.length));
        expect(beginning.warnings.length).toBeLessThanOrEqual(1);
        if (beginning.warnings.length === 1) cut = bytes.subarray(0, end);
      }
      folder.write(`cut-${file}`, cut);
      const args = ['replay', `cut-${file}`, '--handlers', 'echo.mjs'];
      expect(await rxcomet(...args).finished).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(
          /no pass: the recording is cut: it ends in the middle of a line;/,
        ) as string,
      });
      const replay = await rxcomet(...args, '--cut', 'allow').finished;
      expect(replay).toMatchObject({ code: 0, stdout: expect.stringMatching(/^pass: 0 diff/m) as string });
      expect(replay.stderr).toMatch(cutShort);
    },
  );

  it('replays an hour and the timers of handlers in moments with --virtual-time', async () => {
    const hour = 3_600_000;
    folder.write(
      'hour.ndjson',
      lines(
        message(1, '1', { at: 0 }),
        ack(1, '[0,2]', { at: 20_000 }),
        message(2, '2', { at: hour }),
        ack(2, `[${hour},4]`, { at: hour + 20_000 }),
      ),
    );
    folder.write(
      'slow.mjs',
      `import { firstValueFrom, map, timer } from 'rxjs';
       let begin;
       export default { Move: (value) => {
         begin ??= Date.now();
         const since = Date.now() - begin;
         return firstValueFrom(timer(20_000).pipe(map(() => [since, value * 2])));
       } };`,
    );
    const replay = rxcomet('replay', 'hour.ndjson', '--handlers', 'slow.mjs', '--virtual-time');
    expect(await replay.finished).toEqual({
      code: 0,
      stdout: 'pass: 0 differences; compared 2, ignored 0, not compared 0\n',
      stderr: '',
    });
  });

  it.each<[string, string, string]>([
    ['is empty', '', 'line 1: empty: expected a header line'],
    ['is cut in its header', header.slice(0, 30), 'line 1: no recording'],
    [
      'is of another version',
      header.replace('"version":1', '"version":2'),
      'line 1: recording of version 2: this release reads version 1',
    ],
    ['has a line that is no JSON', `${header}nonsense\n${header}`, 'line 2: is not JSON: expected one event'],
    ['breaks the format', lines({ ...message(1, '1'), at: -1 }), 'line 2: expected at: a number of milli'],
    ['is no text', '\u0000\u0001\u0002', 'line 1: no recording'],
  ])('refuses a recording that %s: line, expectation, exit code 2, no verdict', async (_, text, expected) => {
    folder.write('bad.ndjson', text);
    for (const target of [
      ['--handlers', 'double.mjs'],
      ['--to', '127.0.0.9:1'],
      ['--as-host', '127.0.0.9:0'],
    ]) {
      const { code, stdout, stderr } = await rxcomet('replay', 'bad.ndjson', ...target).finished;
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(`bad.ndjson, ${expected}`);
      expect(stderr).toMatch(/\[ERR_BAD_RECORDING\]\n$/);
    }
  });

  it('updates a recording: takes over what handlers send first, and what they answer then', async () => {
    const session = (to: string, got: string): string =>
      lines(
        message(1, '1', { at: 10 }),
        { ...message(1, to, { at: 12 }), link: 2, side: 'Stage' },
        { ...ack(1, '"there"', { at: 14 }), link: 2, side: 'Stage' },
        ack(1, got, { at: 20 }),
      );
    folder.write(
      'handlers.mjs',
      'export default (app) => app.handle("Move", async () => ({ got: await app.peer("Stage").ask("Move", 9), now: 2 }));',
    );
    const file = folder.write('session.ndjson', session('1', '{"got": "there", "now": 1}'));
    const { CI } = process.env;
    delete process.env['CI'];
    try {
      const update = ['--handlers', 'handlers.mjs', '--update', '--yes', '--log-level', 'error'];
      const run = rxcomet('replay', 'session.ndjson', ...update);
      expect(await run.finished).toMatchObject({
        code: 0,
        stderr: 'updated session.ndjson: line: 1 changed\n'.repeat(2),
      });
    } finally {
      if (CI !== undefined) process.env['CI'] = CI;
    }
    expect(await readFile(file, 'utf8')).toBe(session('9', '{"got": "there", "now": 2}'));
  });
});
