import { createApp, parseConfig, type App, type ConnectionEvent } from 'rxcomet';
import {
  createMemoryTransport,
  recordTransport,
  replayRecording,
  virtualTime,
  type RecordedEvent,
  type Replay,
  type VirtualTime,
} from 'rxcomet/testing';
import { Observable, filter } from 'rxjs';

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const Host = { IP: '127.0.0.1', Port: 7000, Heartbeat_ms: 0 };
const Client = { Host: { IP: '127.0.0.1', Port: 7000, Heartbeat_ms: 0, Ack_timeout_ms: 600_000 } };

/** As `serve --record`: what a host hears until it is stopped. */
async function recordUntilStopped(
  time: VirtualTime,
  handlers: (app: App) => void,
  talk: (connect: (dialect: string) => App) => Promise<unknown>,
): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  const startedAt = time.clock.now();
  const sink = {
    get elapsedMs() {
      return time.clock.now() - startedAt;
    },
    write: (event: RecordedEvent) => void events.push(event),
  };
  const network = createMemoryTransport();
  const host = createApp(parseConfig({ Socket_connection: { Host } }), {
    transport: recordTransport(sink, network),
    logger: silent,
  });
  handlers(host);
  await host.start();
  const peers: App[] = [];
  await talk((Dialect) => {
    const config = parseConfig({ Socket_connection: { Client: { Host: { ...Client.Host, Dialect } } } });
    const peer = createApp(config, { transport: network, logger: silent });
    peer.failures$.subscribe();
    peers.push(peer);
    return peer;
  });
  await time.until(host.stop(), 'the host');
  await time.until(Promise.all(peers.map((peer) => peer.stop({ graceMs: 0 }))), 'the peers');
  return events;
}

const hang = (): Promise<never> => new Promise(() => undefined);
const ignoreFailure = (answer: Promise<unknown>): void => void answer.catch(() => undefined);

describe('the replay of a host that was stopped while connections were open', () => {
  let time: VirtualTime;
  beforeEach(() => (time = virtualTime()));
  afterEach(() => time.uninstall());

  const replay = async (
    events: readonly RecordedEvent[],
    handlers: (app: App) => void,
    speed: number | 'max' = 'max',
  ): Promise<Replay & { readonly tookMs: number }> => {
    const beganAt = time.clock.now();
    const result = await replayRecording(events, { handlers, time, speed });
    return { ...result, tookMs: time.clock.now() - beganAt };
  };

  it('waits for no connection that only stood open', async () => {
    const handlers = (app: App): void => void app.handle('Echo', (value) => value);
    const events = await recordUntilStopped(time, handlers, async (connect) => {
      for (let n = 0; n < 5; n += 1) await connect('native').peer('Host').ask('Echo', n);
      await time.advance(3_600_000);
    });
    expect(events.filter(({ kind }) => kind === 'close')).toHaveLength(5);
    const { verdict, tookMs } = await replay(events, handlers);
    expect(verdict).toMatchObject({ passed: true, compared: 5 });
    expect(tookMs).toBeLessThan(5000);
  });

  it('waits for an answer that the stop cut off no longer than it was there, for all connections at once', async () => {
    const handlers = (app: App): void => void app.handle('Hang', hang);
    const events = await recordUntilStopped(time, handlers, async (connect) => {
      for (const dialect of ['native', 'native', 'auto', 'comet', 'comet']) {
        ignoreFailure(connect(dialect).peer('Host').ask('Hang', 1));
      }
      await time.advance(2000);
    });
    const { verdict, tookMs } = await replay(events, handlers);
    expect(verdict.differences).toEqual([]);
    // Two seconds and the grace of the recorded stop, and that of the replayed one.
    expect(tookMs).toBeLessThan(2000 + 5000 + 5000 + 3000);
  });

  it.each(['native', 'comet'])(
    'does not take a handler that answers this time for a difference (%s)',
    async (dialect) => {
      const events = await recordUntilStopped(
        time,
        (app) => void app.handle('Hang', hang),
        async (connect) => {
          ignoreFailure(connect(dialect).peer('Host').ask('Hang', 1));
          await time.advance(1000);
        },
      );
      const { verdict } = await replay(events, (app) => void app.handle('Hang', () => 'answered'));
      expect(verdict.differences).toEqual([]);
    },
  );

  it('waits for no more results of a stream that the stop cut off', async () => {
    const handlers = (app: App): void =>
      void app.handle(
        'Ticks',
        () =>
          new Observable((subscriber) => {
            let n = 0;
            const timer = setInterval(() => {
              n += 1;
              if (n <= 3) subscriber.next(n);
            }, 100);
            return () => clearInterval(timer);
          }),
      );
    const events = await recordUntilStopped(time, handlers, async (connect) => {
      connect('native')
        .peer('Host')
        .send('Ticks')
        .subscribe({ error: () => undefined });
      await time.advance(600);
    });
    const { verdict, tookMs } = await replay(events, handlers);
    expect(verdict).toMatchObject({ passed: true, compared: 3 });
    expect(tookMs).toBeLessThan(12_000);
  });

  it('waits for what a peer was told that connected and had said nothing yet', async () => {
    const handlers = (app: App): void => void app.handle('Echo', (value) => value);
    const events = await recordUntilStopped(time, handlers, async (connect) => {
      await connect('native').peer('Host').ask('Echo', 1);
    });
    const fresh: RecordedEvent[] = [
      { at: 1, link: 9, side: 'host', dialect: 'unknown', kind: 'open' },
      {
        at: 2,
        link: 9,
        side: 'host',
        dialect: 'comet',
        kind: 'ack',
        id: 0,
        status: 'error',
        text: '"Error: the host is stopping"',
      },
      { at: 3, link: 9, side: 'host', dialect: 'comet', kind: 'close', how: 'fin', from: 'host' },
    ];
    const { verdict, tookMs } = await replay([...events, ...fresh], handlers);
    expect(verdict).toMatchObject({ passed: true, compared: 1 });
    expect(tookMs).toBeLessThan(5000);
  });

  it('is as fast at recorded speed as the recording was', async () => {
    const handlers = (app: App): void => void app.handle('Echo', (value) => value);
    const events = await recordUntilStopped(time, handlers, async (connect) => {
      await connect('native').peer('Host').ask('Echo', 1);
      await connect('native').peer('Host').ask('Echo', 2);
      await time.advance(3000);
    });
    const { verdict, tookMs } = await replay(events, handlers, 1);
    expect(verdict).toMatchObject({ passed: true });
    expect(tookMs).toBeLessThan(4000);
  });
});

describe('the replay of a recording that was cut off', () => {
  let time: VirtualTime;
  beforeEach(() => (time = virtualTime()));
  afterEach(() => time.uninstall());

  it('still waits for every answer that was recorded', async () => {
    const opened: ConnectionEvent[] = [];
    const events: RecordedEvent[] = [
      { at: 0, link: 1, side: 'host', dialect: 'native', kind: 'message', id: 1, action: 'Slow', text: '1' },
      { at: 1, link: 1, side: 'host', dialect: 'native', kind: 'message', id: 2, action: 'Hang', text: '1' },
      { at: 9000, link: 1, side: 'host', dialect: 'native', kind: 'ack', id: 1, text: '"done"' },
    ];
    const beganAt = time.clock.now();
    const { verdict } = await replayRecording(events, {
      time,
      handlers: (app) => {
        app.connections$.pipe(filter(({ kind }) => kind === 'open')).subscribe((event) => opened.push(event));
        app.handle('Slow', () => new Promise((resolve) => setTimeout(resolve, 20_000, 'done')));
        app.handle('Hang', hang);
      },
    });
    expect(verdict).toMatchObject({ passed: true, compared: 1 });
    expect(time.clock.now() - beganAt).toBeGreaterThanOrEqual(20_000);
    expect(time.clock.now() - beganAt).toBeLessThan(40_000);
    expect(opened).toHaveLength(1);
  });
});
