import { firstValueFrom, map, of, timer } from 'rxjs';
import type { App } from '../../src/app/App';
import { createApp } from '../../src/app/createApp';
import { parseConfig } from '../../src/config/parseConfig';
import { silentLogger } from '../../src/runtime/Logger';
import { createMemoryTransport } from '../../src/streams/transport/memory/createMemoryTransport';
import { formatVerdict } from '../../src/replay/verdict/format/formatVerdict';
import type { RecordedEvent } from '../../src/recording/RecordedEvent';
import { recordTransport } from '../../src/recording/capture/recordTransport';
import { replayRecording, type ReplayOptions } from '../../src/replay/replayRecording';
import { virtualTime } from '../../src/replay/virtualTime';
import { createVirtualClock } from '../support/createVirtualClock';
import { ack, message } from '../recording/recordingSupport';

/**
 * Runs an app with one host and a printer client, records it while `talk` sends to it, and gives the
 * recording.
 */
async function recordApp(
  dialect: 'native' | 'comet',
  handlers: (app: App) => void,
  talk: (ask: (action: string, value: unknown) => Promise<unknown>) => Promise<unknown>,
): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  const network = createMemoryTransport();
  const common = { Socket_connection: { Host: { IP: '127.0.0.9', Port: 9 } } };
  const printer = createApp(parseConfig(common), { transport: network, logger: silentLogger });
  printer.handle('Print', (value) => `printed ${String(value)}`);
  await printer.start();
  let at = 0;
  const sink = {
    get elapsedMs() {
      return (at += 1);
    },
    write: (event: RecordedEvent) => events.push(event),
  };
  const config = parseConfig({
    Socket_connection: {
      Host: { IP: '127.0.0.2', Port: 2 },
      Client: { Printer: { IP: '127.0.0.9', Port: 9 } },
    },
  });
  const app = createApp(config, { transport: recordTransport(sink, network), logger: silentLogger });
  handlers(app);
  await app.start();
  const outside = createApp(
    parseConfig({ Socket_connection: { Client: { App: { IP: '127.0.0.2', Port: 2, Dialect: dialect } } } }),
    { transport: network, logger: silentLogger },
  );
  await talk((action, value) => outside.peer('App').ask(action, value));
  await outside.stop({ graceMs: 100 });
  await app.stop({ graceMs: 100 });
  await printer.stop({ graceMs: 100 });
  return events;
}

const handlers = (app: App): void => {
  app.handle('Double', (value) => Number(value) * 2);
  app.handle('Print', (value) => app.peer('Printer').ask('Print', value));
  app.handle('Fail', () => {
    throw new Error('broken');
  });
  app.handle('Raw', (value) => value);
  app.handle('Several', () => of(1, NaN, 2n ** 60n));
};
const talk = async (ask: (action: string, value: unknown) => Promise<unknown>): Promise<void> => {
  await ask('Double', 21);
  await Promise.all([ask('Print', 'page'), ask('Double', 1.5)]);
  await ask('Fail', null).catch(() => undefined);
  await ask('Several', [1]);
};
const replay = (recording: RecordedEvent[], more: Partial<ReplayOptions> = {}) =>
  replayRecording(recording, { handlers, answerMs: 2000, ...more });

describe.each(['native', 'comet'] as const)('replaying a recorded app, %s', (dialect) => {
  let recording: RecordedEvent[] = [];
  beforeAll(async () => (recording = await recordApp(dialect, handlers, talk)));

  it('passes with the same handlers, answering sends from the recording', async () => {
    const { verdict, clients } = await replay(recording);
    expect(formatVerdict(verdict)).toContain('pass: 0 differences');
    // The answers to five messages, a stream being several to a native peer, and one send.
    expect(verdict.compared).toBe(dialect === 'native' ? 9 : 6);
    expect(clients.get('Printer')).toMatchObject({ passed: true, answered: 1 });
  });

  it('replays what it replayed', async () => {
    const { events } = await replay(recording);
    expect((await replay(recording)).verdict.compared).toBe((await replay([...events])).verdict.compared);
  });

  it('shows a regression', async () => {
    const { verdict } = await replay(recording, {
      handlers: (app) => {
        app.handle('Double', (value) => Number(value) * 3);
        handlers(app);
      },
    });
    expect(verdict.differences).toMatchObject([
      { kind: 'changed', action: 'Double', changes: [{ path: 'result', expected: 42, actual: 63 }] },
      { kind: 'changed', action: 'Double', changes: [{ path: 'result', expected: 3, actual: 4.5 }] },
    ]);
  });

  it('fails a send that is not in the recording, and tells', async () => {
    const codes: unknown[] = [];
    const { verdict } = await replay(recording, {
      handlers: (app) => {
        app.handle('Print', async (value) => {
          await app
            .peer('Printer')
            .ask('Print', 'other')
            .catch((error: { code: string }) => codes.push(error.code));
          return app.peer('Printer').ask('Print', value);
        });
        handlers(app);
      },
    });
    expect(codes).toEqual(['ERR_NOT_RECORDED']);
    expect(verdict.differences).toMatchObject([
      { kind: 'extra', what: 'send', side: 'Printer', action: 'Print' },
    ]);
  });
});

describe('replayRecording', () => {
  it('tells the time to the microsecond, as a recording does', async () => {
    const clock = createVirtualClock();
    const now = clock.now.bind(clock);
    const fine = { ...clock, now: () => now() + Math.random() };
    const { events } = await replayRecording([message(1, '1'), ack(1, '2')], {
      handlers: (app) => void app.handle('Move', () => 2),
      clock: fine,
    });
    expect(events.length).toBeGreaterThan(1);
    expect(events.filter(({ at }) => at !== Number(at.toFixed(3)))).toEqual([]);
  });

  it('is let in by a host of its configuration that wants a token', async () => {
    const Host = { IP: '127.0.0.1', Port: 0, Token: 'of-the-lab' };
    const { verdict } = await replayRecording([message(1, '1'), ack(1, '2')], {
      handlers: (app) => void app.handle('Move', () => 2),
      config: parseConfig({ Socket_connection: { Host } }),
    });
    expect(verdict).toMatchObject({ passed: true, compared: 1 });
  });

  const legacy = (events: RecordedEvent[]): RecordedEvent[] =>
    events.map((event) => ({ ...event, dialect: 'comet' }));
  const open = (link: number): RecordedEvent => ({
    ...{ at: 0, link, side: 'host', dialect: 'comet', kind: 'open' },
  });

  it('keeps an hour of timing in virtual time, rxjs timers and async handlers included', async () => {
    const hour = 3_600_000;
    const recording = legacy([
      open(1),
      message(1, '1'),
      { ...ack(1, '"late"'), at: 20_000 },
      { ...open(2), at: hour },
      { ...message(1, '2', { link: 2 }), at: hour },
      { ...ack(1, '"late"', { link: 2 }), at: hour + 20_000 },
    ] as RecordedEvent[]);
    const time = virtualTime({ startAt: 0 });
    try {
      const started = time.clock.now();
      const { verdict, events } = await replayRecording(recording, {
        time,
        speed: 1,
        handlers: (app) =>
          void app.handle('Move', () => firstValueFrom(timer(20_000).pipe(map(() => 'late')))),
      });
      expect(verdict).toMatchObject({ passed: true, compared: 2 });
      expect(time.clock.now() - started).toBeGreaterThanOrEqual(hour);
      expect(events.find((event) => event.kind === 'message' && event.link === 2)?.at).toBeCloseTo(hour, -1);
    } finally {
      time.uninstall();
    }
  });

  it('plays ten times as fast, sends and their recorded pauses too', async () => {
    const recording = [
      open(1),
      { ...message(1, '1'), at: 0 },
      { ...message(1, '1', { link: 2, side: 'Printer' }), at: 100_000 },
      { ...ack(1, '"printed"', { link: 2, side: 'Printer' }), at: 200_000 },
      { ...ack(1, '"printed"'), at: 210_000 },
    ] as RecordedEvent[];
    const time = virtualTime({ startAt: 0 });
    try {
      const { verdict, events } = await replayRecording(legacy(recording), {
        time,
        speed: 10,
        handlers: (app) =>
          void app.handle('Move', async (value) => {
            await new Promise((resolve) => setTimeout(resolve, 10_000));
            return app.peer('Printer').ask('Move', value, { timeoutMs: 3_600_000 });
          }),
      });
      expect(verdict).toMatchObject({ passed: true, compared: 2 });
      const at = (kind: string, side: string) =>
        events.find((event) => event.kind === kind && event.side === side)?.at;
      expect(at('message', 'Printer')).toBeCloseTo(10_000, -1);
      expect(at('ack', 'Printer')).toBeCloseTo(20_000, -1);
    } finally {
      time.uninstall();
    }
  });

  it('lets messages overlap as recorded at full speed', async () => {
    const mostAtOnce = async (recording: RecordedEvent[]): Promise<number> => {
      let running = 0;
      let most = 0;
      const time = virtualTime();
      try {
        await replayRecording(legacy(recording), {
          time,
          handlers: (app) =>
            void app.handle('Move', async () => {
              running += 1;
              most = Math.max(most, running);
              await new Promise((resolve) => setTimeout(resolve, 10));
              running -= 1;
              return 'done';
            }),
        });
      } finally {
        time.uninstall();
      }
      return most;
    };
    const [first, second] = [message(1, '1'), message(1, '1', { link: 2 })];
    const [done, doneToo] = [ack(1, '"done"'), ack(1, '"done"', { link: 2 })];
    expect(await mostAtOnce([open(1), open(2), first, done, second, doneToo])).toBe(1);
    expect(await mostAtOnce([open(1), open(2), first, second, done, doneToo])).toBe(2);
  });

  it('names a handler that is stuck outside virtual time', async () => {
    const time = virtualTime({ graceMs: 20, limitMs: 10_000 });
    try {
      const never = replayRecording(legacy([open(1), message(1, '1'), ack(1, '1')]), {
        time,
        handlers: (app) => void app.handle('Move', () => new Promise(() => undefined)),
      });
      await expect(never).rejects.toThrow('the handler of Move (message 1) of link 1');
    } finally {
      time.uninstall();
    }
  });

  it('does not wait for ever for a recorded answer', async () => {
    const clock = createVirtualClock();
    const done = replayRecording(legacy([open(1), message(1, '1'), ack(1, '1')]), {
      clock,
      answerMs: 1000,
      handlers: (app) => void app.handle('Move', () => new Promise(() => undefined)),
    });
    for (let turn = 0; turn < 10; turn += 1) await clock.advance(10_000);
    expect((await done).verdict.passed).toBe(false);
  });

  it('refuses a speed that is none', async () => {
    await expect(replayRecording([], { handlers: () => undefined, speed: 0 })).rejects.toThrow(
      'speed: expected',
    );
  });
});
