import { createApp, parseConfig, type App } from 'rxcomet';
import { createMemoryTransport } from 'rxcomet/testing';
import { silentLogger } from '../../src/runtime/Logger';
import { buildPackage } from '../support/buildPackage';
import { createVirtualClock } from '../support/createVirtualClock';
import { runMain, type Run } from './runMain';
import { CliProcesses } from './startProcess';
import { temporaryFolder, type TemporaryFolder } from './temporaryFolder';

jest.setTimeout(240_000);

describe('rxcomet watch before a reader who takes his time', () => {
  const clock = createVirtualClock();
  const transport = createMemoryTransport();
  let folder: TemporaryFolder;
  let run: Run;
  const senders: App[] = [];

  const open = async (host = ''): Promise<void> => {
    const settings = folder.write(
      'settings.yml',
      `Socket_connection:\n  Host: {IP: 127.0.0.9, Port: 4000${host}}\n`,
    );
    run = runMain(['watch', '-c', settings, '--json', '--ack', '"seen"'], {
      app: { clock, transport },
      slow: true,
    });
    await run.printed(/listening/);
  };
  const sender = (dialect: string) => {
    const Client = {
      Host: { IP: '127.0.0.9', Port: 4000, Dialect: dialect, Ack_timeout_ms: 600_000, Parallel: 100 },
    };
    const app = createApp(parseConfig({ Socket_connection: { Client } }), {
      clock,
      transport,
      logger: silentLogger,
    });
    senders.push(app);
    const answers: unknown[] = [];
    const ask = (value: unknown): void =>
      void app
        .peer('Host')
        .ask('Log', value)
        .then(
          (answer) => answers.push(answer),
          (error: { code: string; remoteCode?: string }) => answers.push(error.remoteCode ?? error.code),
        );
    return { answers, ask };
  };

  beforeEach(() => {
    folder = temporaryFolder();
  });

  afterEach(async () => {
    run.stop('SIGTERM');
    run.take(1000);
    const stopped = Promise.all(senders.splice(0).map((app) => app.stop({ graceMs: 0 })));
    await clock.advance(60_000);
    await Promise.all([stopped, run.exitCode]);
    folder.remove();
  });

  it.each(['comet', 'native'])(
    'answers a %s peer after the line of its message is out, in order',
    async (dialect) => {
      await open();
      const { answers, ask } = sender(dialect);
      for (let value = 0; value < 5; value += 1) ask(value);
      await clock.advance(1000);
      expect({ answers, lines: run.stdout.split('\n').length - 1 }).toEqual({ answers: [], lines: 1 });
      run.take(1);
      await clock.settle();
      expect(answers).toEqual(['seen']);
      run.take(4);
      await clock.settle();
      expect(answers).toEqual(Array(5).fill('seen'));
      expect(run.stdout.match(/"value":\d/g)).toEqual([0, 1, 2, 3, 4].map((value) => `"value":${value}`));
    },
  );

  it('lets go of a message that was given up meanwhile, does not show it, and says how many at the end', async () => {
    await open(', Limits: {Handler_timeout_ms: 1000}');
    const { answers, ask } = sender('comet');
    for (let value = 0; value < 50; value += 1) ask(value);
    await clock.advance(1500);
    expect(answers).toEqual(Array(50).fill('ERR_HANDLER_TIMEOUT'));
    ask('late');
    await clock.settle();
    run.take(2);
    await clock.settle();
    // The first line was being written already.
    expect(run.stdout.match(/"value":[^}]+/g)).toEqual(['"value":0', '"value":"late"']);
    expect(answers.at(-1)).toBe('seen');
    run.stop('SIGTERM');
    await clock.advance(10_000);
    expect(await run.exitCode).toBe(1);
    expect(run.stderr).toContain('messages not shown, because stdout was read too slowly: 49\n');
  });
});

describe('A command whose output nobody takes', () => {
  const processes = new CliProcesses();
  let folder: TemporaryFolder;

  beforeAll(buildPackage);

  beforeEach(() => {
    folder = temporaryFolder();
    folder.write('settings.yml', 'Socket_connection:\n  Host: {IP: 127.0.0.9, Port: 0}\n');
    folder.write(
      'handlers.mjs',
      `
      const piece = 'x'.repeat(65536);
      export default {
        Flood: async function* () { for (let count = 0; count < 2000; count += 1) yield piece; },
        Big: () => piece.repeat(20),
      };`,
    );
  });

  afterEach(async () => {
    await processes.killAll();
    folder.remove();
  });

  /** Starts a command whose stdout is a pipe that is not read. */
  const startUnread = (...args: string[]) => {
    const started = processes.start(args, { cwd: folder.path, stdio: ['ignore', 'pipe', 'pipe'] });
    started.child.stdout?.pause();
    return started;
  };
  const serve = (): Promise<string> =>
    processes
      .start(['serve', '--handlers', 'handlers.mjs'], { cwd: folder.path })
      .printed(/listening on (\S+)\n/);

  it('send ends with exit code 1 when 16 MiB of results wait', async () => {
    const sending = startUnread('send', await serve(), 'Flood', '1', '--timeout', '50000');
    const ended = await new Promise((resolve) => sending.child.once('exit', resolve));
    sending.child.stdout?.resume();
    const { stderr } = await sending.finished;
    expect({ ended, stderr }).toEqual({
      ended: 1,
      stderr: expect.stringMatching(
        /^rxcomet send: stdout cannot be written: 1\d{7} bytes wait for its reader\n$/,
      ) as string,
    });
  });

  it('record -o - passes everything on, and ends at SIGTERM with the number of events that are lost', async () => {
    const recording = startUnread('record', '--listen', '127.0.0.9:0', '--to', await serve(), '-o', '-');
    const tap = await recording.printed(/listening on (\S+)\n/);
    const sent = await processes.start(['send', tap, 'Big', '1'], { cwd: folder.path }).finished;
    expect(sent.stdout).toHaveLength(20 * 65536 + 1);
    recording.child.kill('SIGTERM');
    const ended = await new Promise((resolve) => recording.child.once('exit', resolve));
    recording.child.stdout?.resume();
    const { stderr } = await recording.finished;
    expect(ended).toBe(1);
    expect(stderr).toMatch(/the recording lacks \d+ events/);
    expect(stderr).toMatch(
      /\nrxcomet record: stdout cannot be written: its reader has taken nothing for 5 s/,
    );
  });
});
