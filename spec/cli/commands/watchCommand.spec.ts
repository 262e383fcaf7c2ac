import { createApp, parseConfig } from '../../../src';
import { silentLogger } from '../../../src/runtime/Logger';
import { createMemoryTransport } from '../../../src/streams/transport/memory/createMemoryTransport';
import { createVirtualClock } from '../../support/createVirtualClock';
import { runMain, type Run } from '../runMain';
import { temporaryFolder, type TemporaryFolder } from '../temporaryFolder';

describe('rxcomet watch', () => {
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
    expect(await running?.exitCode).toBe(running === undefined ? undefined : 0);
    running = undefined;
    folder.remove();
  });

  const watch = async (...args: string[]): Promise<Run> => {
    running = runMain(['watch', '-c', settings, ...args], { app });
    await running.printed(/listening/);
    return running;
  };

  const ask = async (action: string, value: unknown, dialect: string): Promise<unknown> => {
    const Client = { Host: { IP: '127.0.0.9', Port: 4000, Dialect: dialect } };
    const sender = createApp(parseConfig({ Socket_connection: { Client } }), {
      ...app,
      logger: silentLogger,
    });
    const result = await sender.peer('Host').ask(action, value);
    await sender.stop();
    return result;
  };

  it('shows each message on a line of stdout, and says on stderr where it listens', async () => {
    const run = await watch();
    await ask('Status', { unit: 4 }, 'comet');
    await ask('Log', 'a\nb', 'native');
    expect(run.stdout).toMatch(
      /^2024-\S+Z 127\.0\.0\.1:\d+ Status \{"unit":4\}\n2024-\S+Z 127\.0\.0\.1:\d+ Log "a\\nb"\n$/,
    );
    expect(run.stderr).toBe('listening on 127.0.0.9:4000\n');
  });

  it.each(['comet', 'native'])('acknowledges null to a peer of dialect %s', async (dialect) => {
    const run = await watch();
    expect(await ask('Status', 1, dialect)).toBeNull();
    expect(run.stderr).toBe('listening on 127.0.0.9:4000\n');
  });

  it.each([
    ['"ok"', 'ok'],
    ['ok', 'ok'],
    ['{"ready": true}', { ready: true }],
    ['-1', -1],
  ])('acknowledges what --ack %s gives', async (ack, expected) => {
    await watch('--ack', ack);
    expect(await ask('Status', 1, 'comet')).toEqual(expected);
    expect(await ask('Status', 1, 'native')).toEqual(expected);
  });

  it('shows messages as lines of JSON with --json', async () => {
    const run = await watch('--json');
    await ask('Status', [NaN], 'native');
    expect(run.stdout).toMatch(
      /^\{"time":"2024-[^"]+Z","peer":"127\.0\.0\.1:\d+","host":"127\.0\.0\.9:4000","dialect":"native","action":"Status","value":\[NaN\]\}\n$/,
    );
  });

  it('refuses an acknowledgement that starts like JSON and is none', async () => {
    const run = runMain(['watch', '-c', settings, '--ack', '{ok}'], { app });
    expect(await run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/^rxcomet watch: --ack: this is no JSON: /);
    expect(run.stderr).toContain(`; text goes in double quotes: '"ok"'\n`);
    expect(run.stderr).not.toContain('--text');
  });
});
