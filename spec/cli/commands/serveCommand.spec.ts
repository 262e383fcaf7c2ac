import path from 'node:path';
import { createApp, parseConfig } from '../../../src';
import { readRecording, type RecordedEvent } from '../../../src/testing';
import { silentLogger } from '../../../src/runtime/Logger';
import { createMemoryTransport } from '../../../src/streams/transport/memory/createMemoryTransport';
import { createVirtualClock } from '../../support/createVirtualClock';
import { runMain, type Run } from '../runMain';
import { temporaryFolder, type TemporaryFolder } from '../temporaryFolder';

describe('rxcomet serve', () => {
  const clock = createVirtualClock();
  const app = { clock, transport: createMemoryTransport() };
  let folder: TemporaryFolder;
  let settings: string;
  let running: Run | undefined;

  beforeEach(() => {
    folder = temporaryFolder();
    settings = folder.write('settings.yml', 'Socket_connection:\n  Host: {IP: 127.0.0.9, Port: 4000}\n');
  });

  afterEach(async () => {
    running?.stop('SIGTERM');
    await clock.advance(10_000);
    await running?.exitCode;
    running = undefined;
    folder.remove();
  });

  const serve = (...args: string[]): Run => (running = runMain(['serve', '-c', settings, ...args], { app }));

  const ask = async (action: string, value: unknown, dialect: string): Promise<unknown> => {
    const Client = { Host: { IP: '127.0.0.9', Port: 4000, Dialect: dialect } };
    const sender = createApp(parseConfig({ Socket_connection: { Client, Bigint: true } }), {
      ...app,
      logger: silentLogger,
    });
    const result = await sender.peer('Host').ask(action, value);
    await sender.stop();
    return result;
  };

  it('says where it listens, for each host, once it is ready', async () => {
    settings = folder.write(
      'several.yml',
      "Socket_connection:\n  Host: [{IP: 127.0.0.9, Port: 0}, {IP: '::1', Port: 4001}]\n",
    );
    const run = serve();
    await run.printed(/4001/);
    expect(run.stdout).toMatch(/^listening on 127\.0\.0\.9:[1-9]\d*\nlistening on \[::1\]:4001\n$/);
    expect(run.stderr).toBe('');
  });

  it.each(['auto', 'comet', 'native'])(
    'acknowledges each message with its action and value, to a peer of dialect %s',
    async (dialect) => {
      await serve().printed(/listening/);
      const value = { unit: 4, volts: [NaN, -0], count: 12345678901234567890n };
      expect(await ask('Status', value, dialect)).toEqual({ action: 'Status', value });
      expect(await ask('__proto__', 'x', dialect)).toEqual({ action: '__proto__', value: 'x' });
    },
  );

  it('gives bytes back as bytes', async () => {
    await serve().printed(/listening/);
    expect(await ask('Wave', new Uint8Array([1, 2]), 'native')).toEqual(Buffer.from([1, 2]));
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('stops at %s with exit code 0', async (signal) => {
    const run = serve();
    await run.printed(/listening/);
    run.stop(signal);
    expect(await run.exitCode).toBe(0);
    expect(run.stderr).toBe('');
    // The address is free again.
    const again = serve();
    await again.printed(/listening/);
  });

  it('does not open anything when it was stopped before', async () => {
    const run = serve();
    run.stop('SIGINT');
    expect(await run.exitCode).toBe(0);
    expect(run.stdout).toBe('');
  });

  it('records everything with --record, and says how much when it has stopped', async () => {
    const file = path.join(folder.path, 'session.ndjson');
    const run = serve('--record', file);
    await run.printed(/listening/);
    await ask('Status', 4, 'native');
    run.stop('SIGTERM');
    await clock.advance(10_000);
    expect(await run.exitCode).toBe(0);
    const events: RecordedEvent[] = [];
    for await (const event of readRecording(file)) events.push(event);
    expect(events.map(({ kind }) => kind)).toEqual(['open', 'message', 'ack', 'close']);
    expect(run.stderr).toBe(`recorded 4 events in ${file}\n`);

    const again = runMain(['serve', '-c', settings, '--record', file], { app });
    expect(await again.exitCode).toBe(2);
    expect(again.stderr).toContain(`--record ${file} is there already`);
  });

  it('refuses --rotate without --record, and over a file that would be a part', async () => {
    const alone = runMain(['serve', '-c', settings, '--rotate', '1MB'], { app });
    expect(await alone.exitCode).toBe(2);
    expect(alone.stderr).toContain('--rotate goes with --record');

    const part = folder.write('night.2.ndjson', 'measured for a night');
    const file = path.join(folder.path, 'night.ndjson');
    const over = runMain(['serve', '-c', settings, '--record', file, '--rotate', '1MB'], { app });
    expect(await over.exitCode).toBe(2);
    expect(over.stderr).toContain(`--record ${file} would go on in ${part}`);
  });

  it('ends with 1 when an address is taken', async () => {
    const first = serve();
    await first.printed(/listening/);
    const second = runMain(['serve', '-c', settings], { app });
    expect(await second.exitCode).toBe(1);
    expect(second.stderr).toMatch(/^rxcomet serve: .*127\.0\.0\.9:4000.* \[ERR_LISTEN\]\n$/);
    expect(second.stdout).toBe('');
  });

  it('refuses settings without a host', async () => {
    settings = folder.write('clients.yml', 'Socket_connection:\n  Client: {A: {IP: 127.0.0.1, Port: 1}}\n');
    const run = serve();
    expect(await run.exitCode).toBe(2);
    expect(run.stderr).toBe(
      `rxcomet serve: ${settings} names no Host, so there is nothing to listen on\n` +
        'add one: Socket_connection: {Host: {IP: 127.0.0.1, Port: 65432}}\n',
    );
  });

  it('shows the warnings of its settings', async () => {
    settings = folder.write('open.yml', 'Socket_connection:\n  Host: {IP: 0.0.0.0, Port: 4002}\n');
    const run = serve();
    await run.printed(/listening/);
    expect(run.stderr).toMatch(/^\{"level":"warn","time":"[^"]+Z","msg":"[^"]*0\.0\.0\.0/);
  });

  it.each([
    ['gone.js', 'there is no such file'],
    ['notes.txt', 'expected a file that ends in .js, .mjs, .cjs, .ts'],
  ])('refuses %s as handlers', async (file, message) => {
    const run = serve('--handlers', file);
    expect(await run.exitCode).toBe(2);
    expect(run.stderr).toBe(
      `rxcomet serve: --handlers ${file}: ${message}\nrxcomet serve --help shows how it is used\n`,
    );
  });
});
