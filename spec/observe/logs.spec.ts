import pino from 'pino';
import { parseConfig } from '../../src/config/parseConfig';
import { createApp } from '../../src/app/createApp';
import type { App } from '../../src/app/App';
import { type Logger, silentLogger } from '../../src/runtime/Logger';
import { createMemoryTransport } from '../../src/streams/transport/memory/createMemoryTransport';
import { createTestApp, openTestApp, stopNow, type TestApp } from '../support/openTestApp';

type Line = Record<string, unknown>;
const DEBUG = 20;
const INFO = 30;
const WARN = 40;

/** Real pino, with its lines kept. */
function pinoAt(level: string): { readonly logger: Logger; readonly lines: Line[] } {
  const lines: Line[] = [];
  const logger = pino({ level }, { write: (text: string) => void lines.push(JSON.parse(text) as Line) });
  return { logger, lines };
}

let opened: TestApp[] = [];
let apps: App[] = [];

afterEach(async () => {
  for (const test of opened) await stopNow(test);
  await Promise.all(apps.map((app) => app.stop({ graceMs: 0 })));
  opened = [];
  apps = [];
});

async function open(logger: Logger, options: Parameters<typeof openTestApp>[0] = {}): Promise<TestApp> {
  const test = await openTestApp({ ...options, logger });
  opened.push(test);
  return test;
}

describe('a message at level debug', () => {
  it('is one line on each side when it is over: who, what, how long, how it ended', async () => {
    const { logger, lines } = pinoAt('debug');
    const { app, clock } = await open(logger);
    app.handle('Move', () => new Promise((resolve) => clock.setTimeout(() => resolve('there'), 40)));
    const moved = app.peer('Peer').ask('Move', { to: 'the secret place' }, { key: 'k-1' });
    await clock.advance(50);
    expect(await moved).toBe('there');
    const told = lines.filter(({ action }) => action === 'Move');
    expect(told).toHaveLength(2);
    expect(told[0]).toMatchObject({
      level: DEBUG,
      side: 'host',
      link: '127.0.0.2:65432',
      peer: '127.0.0.1:50000',
      dialect: 'native',
      action: 'Move',
      id: 1,
      key: 'k-1',
      durationMs: 40,
      outcome: 'ok',
      msg: '"Move" from 127.0.0.1:50000: ok, 40 ms',
    });
    expect(told[1]).toMatchObject({
      level: DEBUG,
      side: 'client',
      link: 'Peer',
      kind: 'ask',
      key: 'k-1',
      durationMs: 40,
      outcome: 'ok',
      msg: '"Move" to Peer: ok, 40 ms',
    });
    expect(JSON.stringify(lines)).not.toContain('secret place');
  });

  it('that failed says with which code, at debug: the failure itself is told elsewhere', async () => {
    const { logger, lines } = pinoAt('debug');
    const { app } = await open(logger);
    app.handle('Move', () => {
      throw new Error('stuck');
    });
    await app
      .peer('Peer')
      .ask('Move')
      .catch(() => undefined);
    const told = lines.filter(({ action }) => action === 'Move');
    expect(told.map(({ level, outcome }) => [level, outcome])).toEqual([
      [DEBUG, 'ERR_HANDLER_FAILED'],
      [DEBUG, 'ERR_REMOTE'],
    ]);
  });

  it('without confirmation is told as it is written', async () => {
    const { logger, lines } = pinoAt('debug');
    const { app, clock } = await open(logger);
    app.handle('Tick', () => null);
    await app.peer('Peer').ask('Tick');
    app.peer('Peer').tell('Tick', 1, { confirm: false });
    await clock.advance(1);
    expect(lines.filter(({ kind }) => kind === 'unconfirmed')).toMatchObject([
      { link: 'Peer', action: 'Tick', msg: '"Tick" to Peer: sent, unconfirmed' },
    ]);
  });
});

describe('a long night', () => {
  /** Ten good messages from a native peer, ten from legacy ones, and a failing one a hundred times. */
  async function night(level: string): Promise<Line[]> {
    const { logger, lines } = pinoAt(level);
    const config = {
      Socket_connection: {
        Host: { IP: '127.0.0.2', Port: 65432 },
        Client: {
          Native: { IP: '127.0.0.2', Port: 65432 },
          Legacy: { IP: '127.0.0.2', Port: 65432, Dialect: 'comet' },
        },
      },
    };
    const app = createApp(parseConfig(config), { logger, transport: createMemoryTransport() });
    apps.push(app);
    app.handle('Good', () => 'fine');
    app.handle('Bad', () => {
      throw new Error('stuck');
    });
    await app.start();
    for (let turn = 0; turn < 10; turn += 1) {
      await app.peer('Native').ask('Good');
      await app.peer('Legacy').ask('Good');
    }
    for (let turn = 0; turn < 100; turn += 1)
      await app
        .peer('Native')
        .ask('Bad')
        .catch(() => undefined);
    await app.stop({ graceMs: 0 });
    return lines;
  }

  it('says at info where it listens, which kept connections come and go, and how it stopped', async () => {
    const lines = (await night('info')).filter(({ level }) => level === INFO).map(({ msg }) => msg);
    const ours = '127.0.0.1:50000 to 127.0.0.2:65432';
    expect(lines[0]).toBe('listening on 127.0.0.2:65432');
    expect(lines.slice(1, -1).toSorted()).toEqual([
      `connection from ${ours} closed`,
      `connection from ${ours} speaks native`,
      'connection from Native to 127.0.0.2:65432 closed',
      'connection from Native to 127.0.0.2:65432 speaks native',
    ]);
    expect(lines.at(-1)).toBe('stopped: finished 0, aborted 0, undelivered 0');
  });

  it('says at warn a failure once, however often it comes, and at the end how often', async () => {
    expect(await night('warn')).toMatchObject([
      {
        level: WARN,
        code: 'ERR_HANDLER_FAILED',
        action: 'Bad',
        err: { message: expect.any(String) as string },
      },
      {
        level: WARN,
        code: 'ERR_HANDLER_FAILED',
        count: 99,
        msg: '127.0.0.1: 99 more of this kind [ERR_HANDLER_FAILED] until the app stopped',
      },
    ]);
  });
});

describe('secrets', () => {
  it('are in no line of any level, with the serialisers of pino, whatever fails', async () => {
    const token = 'correct-horse-battery';
    const { logger, lines } = pinoAt('trace');
    const test = await open(logger, { host: { Token: token }, client: { Token: token } });
    const { app, clock } = test;
    app.handle('Config', () => {
      throw Object.assign(new Error('cannot'), { config: app.config });
    });
    await app
      .peer('Peer')
      .ask('Config')
      .catch(() => undefined);
    logger.info({ config: app.config }, 'somebody logs the configuration');
    const wrong = await test.connect();
    wrong.request(1, 'Config', 1, { authorization: 'Bearer wrong-horse-battery' });
    const mangled = await test.connect();
    mangled.link.write(Buffer.from(`\0\x30{"authorization":"Bearer ${token}","native":1,,,}`));
    await clock.advance(1);
    app.failures$.subscribe();
    for (const { error } of test.failures) logger.error({ err: error }, 'told by somebody');
    expect(test.codes().length).toBeGreaterThanOrEqual(3);
    expect(lines.length).toBeGreaterThan(5);
    expect(JSON.stringify(lines)).not.toContain('horse-battery');
  });
});

describe('names that a peer chose', () => {
  const forged = `Move" from 10.0.0.1:5: ok\n${'x'.repeat(1_000_000)}`;

  /**
   * All that pino prints, and all that `console` as a logger is given, when such a message fails in every
   * way.
   */
  async function printed(handle: (test: TestApp) => void): Promise<{ texts: string[]; lines: Line[] }> {
    const { logger, lines } = pinoAt('debug');
    const texts: string[] = [];
    const both = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: Line, text: string) => {
      texts.push(text);
      logger[level](fields, text);
    };
    const test = createTestApp({
      logger: { debug: both('debug'), info: both('info'), warn: both('warn'), error: both('error') },
      client: { Ack_timeout_ms: 60_000 },
    });
    opened.push(test);
    test.unsubscribe();
    await test.app.start();
    handle(test);
    const asked = test.app
      .peer('Peer')
      .ask(forged)
      .catch(() => undefined);
    await test.clock.advance(31_000);
    await asked;
    return { texts, lines };
  }

  it.each<[string, (test: TestApp) => void]>([
    ['that nobody handles', () => undefined],
    [
      'whose handler throws',
      ({ app }) =>
        app.handle('*', () => {
          throw new Error('stuck');
        }),
    ],
    ['whose handler is silent', ({ app }) => app.handle('*', () => new Promise(() => undefined))],
  ])('neither forge a line nor fill the disk: a message %s', async (_case, handle) => {
    const { texts, lines } = await printed(handle);
    // The failure and the send; of a message whose handler goes on nothing is told before its end.
    expect(texts.filter((text) => text.includes('Move')).length).toBeGreaterThanOrEqual(2);
    expect(texts.filter((text) => text.includes('\n') || text.includes('"Move"'))).toEqual([]);
    expect(Math.max(...lines.map((line) => JSON.stringify(line).length))).toBeLessThan(10_000);
  });
});

describe('a logger', () => {
  it.each(['debug', 'info', 'warn', 'error', 'isLevelEnabled'] as const)(
    'that throws at %s harms nothing',
    async (level) => {
      const broken = (): never => {
        throw new Error('the disk is full');
      };
      const test = createTestApp({
        logger: { ...silentLogger, isLevelEnabled: () => true, [level]: broken },
      });
      opened.push(test);
      // Nobody takes the failures, and a subscriber of failures$ fails: both are for the logger.
      test.unsubscribe();
      await test.app.start();
      test.app.handle('Status', () => 'fine');
      test.app.peer('Peer').tell('Unheard of');
      expect(await test.app.peer('Peer').ask('Status')).toBe('fine');
      test.app.failures$.subscribe(broken);
      test.app.peer('Peer').tell('Unheard of');
      expect(await test.app.peer('Peer').ask('Status')).toBe('fine');
    },
  );

  it('without isLevelEnabled, such as console, gets everything', async () => {
    const texts: string[] = [];
    const keep = (_fields: unknown, text: string): void => void texts.push(text);
    const { app } = await open({ debug: keep, info: keep, warn: keep, error: keep });
    app.handle('Status', () => 'fine');
    await app.peer('Peer').ask('Status');
    expect(texts.filter((text) => text.startsWith('"Status"'))).toHaveLength(2);
  });

  it('that prints no debug is not called for messages at all', async () => {
    const debug = jest.fn();
    const { app } = await open({ ...silentLogger, debug, isLevelEnabled: (level) => level !== 'debug' });
    app.handle('Status', () => 'fine');
    await app.peer('Peer').ask('Status');
    expect(debug).not.toHaveBeenCalled();
  });
});
