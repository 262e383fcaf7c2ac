import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { createApp, parseConfig, type App } from '../../../src';
import { silentLogger } from '../../../src/runtime/Logger';
import { readRecording, type RecordedEvent } from '../../../src/testing';
import { createMemoryTransport } from '../../../src/streams/transport/memory/createMemoryTransport';
import type { Link, LinkEvents } from '../../../src/streams/transport/Link';
import type { Transport } from '../../../src/streams/transport/Transport';
import { listenTo } from '../../streams/transport/linkSupport';
import { createVirtualClock } from '../../support/createVirtualClock';
import { runMain, type Run, type RunOptions } from '../runMain';
import { temporaryFolder, type TemporaryFolder } from '../temporaryFolder';

const HOST = { IP: '127.0.0.9', Port: 4000 };
const TAP = '127.0.0.8:4001';
/** As an object of its own: those of a link may be methods of a class. */
const pickEvents = (events: LinkEvents): Omit<LinkEvents, 'close'> => ({
  data: (chunk) => events.data(chunk),
  end: () => events.end(),
  drain: () => events.drain(),
});

describe('rxcomet record', () => {
  const app = { transport: createMemoryTransport(), logger: silentLogger };
  let folder: TemporaryFolder;
  let apps: App[];

  beforeEach(() => {
    folder = temporaryFolder();
    apps = [];
  });

  afterEach(async () => {
    for (const one of apps) await one.stop({ graceMs: 0 });
    folder.remove();
  });

  const startHost = async (): Promise<void> => {
    const host = createApp(parseConfig({ Socket_connection: { Host: HOST } }), app);
    apps.push(host);
    host.handle('Double', (value) => Number(value) * 2);
    await host.start();
  };
  const ask = (action: string, value: unknown): Promise<unknown> => {
    const client = createApp(
      parseConfig({ Socket_connection: { Client: { Tap: { IP: '127.0.0.8', Port: 4001 } } } }),
      app,
    );
    apps.push(client);
    return client.peer('Tap').ask(action, value);
  };
  const record = (args: readonly string[], options: RunOptions = {}): Run =>
    runMain(['record', '--listen', TAP, '--to', '127.0.0.9:4000', ...args], { app, ...options });
  const eventsIn = async (file: string): Promise<RecordedEvent[]> => {
    const events: RecordedEvent[] = [];
    for await (const event of readRecording(file)) events.push(event);
    return events;
  };

  it('records what passes until it is stopped, and says how much', async () => {
    await startHost();
    const file = path.join(folder.path, 'session.ndjson');
    const run = record(['-o', file, '--redact', 'value.password']);
    await run.printed(/^listening on 127\.0\.0\.8:4001\n$/);
    expect(await ask('Double', 21)).toBe(42);
    await ask('Double', { password: 'secret' }).catch(() => undefined);
    run.stop('SIGINT');
    expect(await run.exitCode).toBe(0);
    const events = await eventsIn(file);
    expect(run.stderr).toBe(`recorded ${events.length} events in ${file}\n`);
    expect(events.filter(({ kind }) => kind === 'message')).toMatchObject([
      { action: 'Double', text: '21' },
      { action: 'Double', redacted: ['value.password'] },
    ]);
    expect(readFileSync(file, 'utf8')).not.toContain('secret');
    expect(events.at(-1)).toMatchObject({ kind: 'close' });
  });

  it('warns, and ends with 1, when a path to hide was not there', async () => {
    await startHost();
    const file = path.join(folder.path, 'session.ndjson');
    const run = record(['-o', file, '--redact', 'pasword', '--redact', 'value.token']);
    await run.printed(/listening on/);
    expect(run.stderr).toMatch(
      /--redact pasword can hide nothing: a path begins with value or result, such as \*\*\.pasword/,
    );
    await ask('Double', { password: 'secret', token: 'x' }).catch(() => undefined);
    run.stop('SIGINT');
    expect(await run.exitCode).toBe(1);
    expect(run.stderr).toMatch(
      /\nwarning: --redact pasword hid nothing: a path begins with value or result: \*\*\.password \(there was value\.password\)\n$/,
    );
  });

  it('writes to stdout with -o -, and nothing else there; --gzip packs', async () => {
    await startHost();
    for (const gzip of [[], ['--gzip']]) {
      const run = record(['-o', '-', ...gzip]);
      await run.printed(/listening on/);
      await ask('Double', 1);
      run.stop('SIGTERM');
      expect(await run.exitCode).toBe(0);
      const events: RecordedEvent[] = [];
      for await (const event of readRecording([Buffer.from(run.stdout, 'latin1')])) events.push(event);
      expect(events.filter(({ kind }) => kind === 'ack')).toMatchObject([{ text: '2' }]);
      expect(run.stdout.startsWith('{"rxcomet"')).toBe(gzip.length === 0);
      expect(run.stderr).toMatch(/^listening on 127\.0\.0\.8:4001\nrecorded \d+ events in stdout\n$/);
    }
  });

  it('makes the way to clients bad with --fault', async () => {
    await startHost();
    const run = record(['-o', '-', '--fault', 'reset@30']);
    await run.printed(/listening on/);
    await expect(ask('Double', 1)).rejects.toMatchObject({ delivered: 'unknown' });
    run.stop('SIGINT');
    expect(await run.exitCode).toBe(0);
  });

  it.each([
    ['delay=100', [[], ['abcdef']]],
    ['split', [['a', 'b', 'c', 'd', 'e', 'f']]],
    ['cut@3', [['abc', '<end>']]],
    ['reset@3', [['<close read ECONNRESET>']]],
    ['half-close@3', [['abc', '<end>']]],
    ['stall@3', [['abc'], ['abc']]],
  ])('has every fault on the way to clients: %s', async (plan, heardAfterEach100Ms) => {
    const clock = createVirtualClock();
    const { hosts, clients } = parseConfig({
      Socket_connection: { Host: HOST, Client: { Tap: { IP: '127.0.0.8', Port: 4001 } } },
    });
    const [hostConfig] = hosts;
    const [tapConfig] = clients;
    if (hostConfig === undefined || tapConfig === undefined) throw new Error('incomplete');
    const accepted: Link[] = [];
    const listener = await app.transport.listen(
      hostConfig,
      (link) => {
        listenTo(link);
        accepted.push(link);
      },
      () => undefined,
    );
    const run = record(['-o', '-', '--fault', `${plan},out`], { app: { ...app, clock } });
    await run.printed(/listening on/);
    const client = listenTo(await app.transport.connect(tapConfig, new AbortController().signal));
    await clock.settle();
    accepted[0]?.write(Buffer.from('abcdef'));
    await clock.settle();
    for (const heard of heardAfterEach100Ms) {
      expect(client.log).toEqual(heard);
      await clock.advance(100);
    }
    run.stop('SIGINT');
    await clock.advance(100);
    expect(await run.exitCode).toBe(0);
    await listener.close();
  });

  it('waits for its last connections, so that the end of each is in the file', async () => {
    const { transport } = app;
    const clock = createVirtualClock();
    const slow = (link: Link): Link => {
      const { open } = link;
      link.open = (events) =>
        open.call(link, {
          ...pickEvents(events),
          close: (error) => void clock.setTimeout(() => events.close(error), 50),
        });
      return link;
    };
    const slowTransport: Transport = {
      listen: (host, onLink, onError) => transport.listen(host, (link) => onLink(slow(link)), onError),
      connect: async (client, signal) => slow(await transport.connect(client, signal)),
    };
    await startHost();
    const file = path.join(folder.path, 'session.ndjson');
    const run = record(['-o', file], { app: { ...app, transport: slowTransport, clock } });
    await run.printed(/listening on/);
    expect(await ask('Double', 1)).toBe(2);
    run.stop('SIGINT');
    await clock.settle();
    await clock.advance(49);
    expect(run.stderr).not.toContain('recorded');
    await clock.advance(1);
    expect(await run.exitCode).toBe(0);
    expect((await eventsIn(file)).at(-1)).toMatchObject({ kind: 'close' });
  });

  it('warns when the host cannot be reached and goes on', async () => {
    const run = record(['-o', '-']);
    await run.printed(/listening on/);
    await ask('Double', 1).catch(() => undefined);
    await run.printed(/"level":"warn".*127\.0\.0\.9:4000/);
    run.stop('SIGINT');
    expect(await run.exitCode).toBe(0);
  });

  it('shows messages and speed on a terminal, and takes the line away at the end', async () => {
    const clock = createVirtualClock();
    const run = record(['-o', '-'], { app: { ...app, clock }, terminal: true });
    await run.printed(/listening on/);
    await clock.advance(2000);
    expect(run.stderr).toContain('\r\u001b[K0 messages, 0/s');
    run.stop('SIGINT');
    await clock.advance(100);
    expect(await run.exitCode).toBe(0);
    expect(run.stderr).toMatch(/0\/s\r\u001b\[Krecorded/);
    expect(clock.pending).toBe(0);
  });

  it('does not write over a recording, but over one without events', async () => {
    const kept = folder.write('kept.ndjson', 'measured for a night');
    const refused = record(['-o', kept]);
    expect(await refused.exitCode).toBe(2);
    expect(refused.stderr).toContain(`-o ${kept} is there already\nremove it`);
    expect(readFileSync(kept, 'utf8')).toBe('measured for a night');

    const header = { rxcomet: 'recording', version: 1, started: '2026-01-31T12:00:00.000Z' };
    const run = record(['-o', folder.write('empty.ndjson', `${JSON.stringify(header)}\n`)]);
    await run.printed(/listening on/);
    run.stop('SIGINT');
    expect(await run.exitCode).toBe(0);
  });

  describe('with --rotate', () => {
    const large = 'x'.repeat(70_000);
    /** A recording of three messages, each of which fills a file. */
    const recordLarge = async (name: string): Promise<string> => {
      await startHost();
      const file = path.join(folder.path, name);
      const run = record(['-o', file, '--rotate', '64KiB']);
      await run.printed(/listening on/);
      for (const part of ['night.ndjson', 'night.2.ndjson', 'night.3.ndjson']) {
        await ask('Double', large);
        // The disk works in real time.
        const written = (): number =>
          statSync(path.join(folder.path, part), { throwIfNoEntry: false })?.size ?? 0;
        while (written() < large.length) await new Promise((resolve) => setImmediate(resolve));
      }
      run.stop('SIGINT');
      expect(await run.exitCode).toBe(0);
      expect(run.stderr).toMatch(/^recorded \d+ events in \S+night\.ndjson, \S+night\.2\.ndjson, /);
      return file;
    };

    it('spreads a recording over files that replay as one', async () => {
      const file = await recordLarge('night.ndjson');
      const messages = (await eventsIn(file)).filter(({ kind }) => kind === 'message');
      expect(messages).toHaveLength(3);
      const replay = runMain(['replay', file, '--to', '127.0.0.9:4000'], { app });
      expect(await replay.exitCode).toBe(0);
      expect(replay.stdout).toMatch(/^pass: 0 differences; compared 3,/);
    });

    it('does not write over a file that would be one of its own', async () => {
      const part = folder.write('night.3.ndjson', 'measured for a night');
      const file = path.join(folder.path, 'night.ndjson');
      const refused = record(['-o', file, '--rotate', '64KiB']);
      expect(await refused.exitCode).toBe(2);
      expect(refused.stderr).toContain(
        `-o ${file} would go on in ${part}, which is there already\nremove it`,
      );
      expect(readFileSync(part, 'utf8')).toBe('measured for a night');
      expect(existsSync(file)).toBe(false);

      folder.write('night.3.ndjson.bak', 'no part of it');
      for (const args of [[file], [path.join(folder.path, 'day.ndjson'), '--rotate', '64KiB']]) {
        const run = record(['-o', ...args]);
        await run.printed(/listening on/);
        run.stop('SIGINT');
        expect(await run.exitCode).toBe(0);
      }
    });
  });

  it('names --listen when its port is taken', async () => {
    const first = record(['-o', '-']);
    await first.printed(/listening on/);
    const second = record(['-o', '-']);
    expect(await second.exitCode).toBe(1);
    expect(second.stderr).toBe(
      'rxcomet record: another program listens on 127.0.0.8:4001; stop it, or set the port of --listen to 0 for a free port [ERR_LISTEN]\n',
    );
    first.stop('SIGINT');
    expect(await first.exitCode).toBe(0);
  });

  it.each([
    [['--to', '127.0.0.1:1', '-o', '-'], '--listen is missing'],
    [['--listen', '127.0.0.1:0', '-o', '-'], '--to is missing'],
    [['--listen', '127.0.0.1:0', '--to', '127.0.0.1:1'], '--output is missing'],
    [['--listen', 'nowhere', '--to', '127.0.0.1:1', '-o', '-'], '--listen: expected IP:PORT'],
    [['--listen', '127.0.0.1:0', '--to', '127.0.0.1:70000', '-o', '-'], '--to: expected'],
    [['--listen', '127.0.0.1:0', '--to', '127.0.0.1:1', '-o', '-', '--fault', 'burn'], 'fault "burn"'],
    [['--listen', '127.0.0.1:0', '--to', '127.0.0.1:1', '-o', '-', '--redact', 'a['], 'ERR_BAD_OPTION'],
    [['--listen', '127.0.0.1:0', '--to', '127.0.0.1:1', '-o', '/nowhere/x'], 'cannot be written'],
    [
      ['--listen', '127.0.0.1:0', '--to', '127.0.0.1:1', '-o', '/nowhere/x', '--rotate', '1MB'],
      'cannot be written',
    ],
    [
      ['--listen', '127.0.0.1:0', '--to', '127.0.0.1:1', '-o', 'x', '--rotate', '5'],
      '--rotate: expected a size of 64KiB or more',
    ],
    [
      ['--listen', '127.0.0.1:0', '--to', '127.0.0.1:1', '-o', '-', '--rotate', '1MB'],
      '--rotate needs a file, not -o -',
    ],
  ])('refuses %j', async (args, message) => {
    const run = runMain(['record', ...args], { app });
    expect(await run.exitCode).toBe(2);
    expect(run.stderr).toContain(message);
    expect(run.stdout).toBe('');
  });
});
