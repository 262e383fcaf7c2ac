import { createApp } from '../../src/app/createApp';
import { parseConfig } from '../../src/config/parseConfig';
import { silentLogger } from '../../src/runtime/Logger';
import { FrameWriter } from '../../src/streams/wire/FrameWriter';
import { createMemoryTransport } from '../../src/streams/transport/memory/createMemoryTransport';
import type { RecordedEvent } from '../../src/recording/RecordedEvent';
import { replayToHost, type ReplayToHostOptions } from '../../src/replay/replayToHost';
import { createVirtualClock } from '../support/createVirtualClock';
import { ack, message } from '../recording/recordingSupport';

const on = (link: number, ...events: RecordedEvent[]): RecordedEvent[] =>
  events.map((event) => ({ ...event, link, dialect: link === 1 ? 'native' : 'comet' }));

/** The real wire, on a free port. */
async function withHost<T>(
  answer: (value: unknown) => unknown,
  use: (port: number) => Promise<T>,
  more: object = {},
): Promise<T> {
  const Host = { IP: '127.0.0.1', Port: 0, ...more };
  const app = createApp(parseConfig({ Socket_connection: { Host } }), { logger: silentLogger });
  app.handle('Move', answer);
  await app.start();
  try {
    return await use(app.address.port);
  } finally {
    await app.stop({ graceMs: 0 });
  }
}
const clientOf = (port: number, more: object = {}) => {
  const Client = { Host: { IP: '127.0.0.1', Port: port, ...more } };
  const [to] = parseConfig({ Socket_connection: { Client } }).clients;
  if (to === undefined) throw new Error('no client');
  return to;
};

describe('replayToHost', () => {
  const recording = [
    ...on(1, message(1, '1'), ack(1, '2'), message(2, '2'), message(3, '3'), ack(2, '4'), ack(3, '6')),
    ...on(2, message(1, '10'), ack(1, '20')),
    message(1, '1', { link: 3, side: 'Telegram' }),
  ];

  it('drives a live host over sockets, native and legacy', async () => {
    const { verdict } = await withHost(
      (value) => Number(value) * 2,
      (port) => replayToHost(recording, { to: clientOf(port) }),
    );
    expect(verdict).toMatchObject({ passed: true, compared: 4, differenceCount: 0 });
  });

  it('shows what the host answers otherwise', async () => {
    const { verdict } = await withHost(
      (value) => (value === 3 ? 'no' : Number(value) * 2),
      (port) => replayToHost(recording, { to: clientOf(port), keepEvents: false }),
    );
    expect(verdict.differences).toMatchObject([{ kind: 'changed', link: 1, id: 3 }]);
  });

  it("shows the host the token of the client's configuration, which no recording holds", async () => {
    const native = on(1, message(1, '1'), ack(1, '2'), message(2, '2'), ack(2, '4'));
    const replayWith = (Token: string) =>
      withHost(
        (value) => Number(value) * 2,
        (port) => replayToHost(native, { to: clientOf(port, { Token }) }),
        { Token: 'of-the-lab' },
      );
    expect((await replayWith('of-the-lab')).verdict).toMatchObject({ passed: true, compared: 2 });
    expect((await replayWith('of-another')).verdict).toMatchObject({ passed: false });
  });

  it('rejects when nobody listens, and when it is aborted', async () => {
    const port = await withHost(
      () => null,
      (free) => Promise.resolve(free),
    );
    await expect(replayToHost(recording, { to: clientOf(port) })).rejects.toMatchObject({
      code: 'ERR_CONNECT',
    });
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(replayToHost(recording, { to: clientOf(port), signal })).rejects.toThrow('enough');
  });

  describe('once it is aborted', () => {
    const later = (at: number): RecordedEvent[] =>
      on(1, message(1, '1', { at: 0 }), message(2, '2', { at: at / 2 }), ack(1, '2', { at }));

    it.each<[string, Partial<ReplayToHostOptions>]>([
      ['waits no longer for the time of a message', { speed: 1 }],
      ['waits no longer for an answer', { speed: 'max', answerMs: 3_600_000 }],
    ])('%s', async (_what, options) => {
      const stopping = new AbortController();
      // Time stands still, so that only the signal can end it.
      const clock = createVirtualClock();
      const done = withHost(
        () => {
          stopping.abort(new Error('enough'));
          return new Promise(() => undefined);
        },
        (port) =>
          replayToHost(later(3_600_000), { to: clientOf(port), clock, signal: stopping.signal, ...options }),
      );
      await expect(done).rejects.toThrow('enough');
      expect(clock.pending).toBe(0);
    });
  });

  it('waits at most 100 ms before a reset, however long the recorded client did', async () => {
    const clock = createVirtualClock();
    let begun = (): void => undefined;
    const asked = new Promise<void>((resolve) => (begun = resolve));
    const reset = { at: 3_600_000, link: 1, side: 'host', kind: 'close', how: 'reset', from: 'client' };
    const replay = withHost(
      () => {
        begun();
        return new Promise(() => undefined);
      },
      (port) => {
        const recording = on(1, message(1, '1', { at: 0 }), reset as RecordedEvent);
        return replayToHost(recording, { to: clientOf(port), clock });
      },
    );
    await asked;
    await clock.advance(100);
    expect((await replay).events.at(-1)).toMatchObject({ kind: 'close', how: 'reset', from: 'client' });
    expect(clock.pending).toBe(0);
  });

  it('does not hold what a host does not read', async () => {
    const detached = Array.from({ length: 400 }, (_, index) =>
      message(index + 1, JSON.stringify('x'.repeat(16_384)), { confirm: false } as never),
    );
    const network = createMemoryTransport();
    const [listen] = parseConfig({ Socket_connection: { Host: { IP: '127.0.0.1', Port: 7 } } }).hosts;
    const hello = '{"max-in-flight":256,"max-content-bytes":100000000,"heartbeat-ms":0,"dedup":false}';
    let greeted = false;
    const listener = await network.listen(
      listen!,
      (link) =>
        link.open({
          data: () => {
            // Greets, and then reads only now and then.
            if (!greeted) {
              const writer = new FrameWriter((bytes) => link.write(bytes));
              writer.frame({ status: 'hello', native: 1 }, hello);
              writer.flush();
            }
            greeted = true;
            link.pause();
            setImmediate(() => link.resume());
          },
          end: () => link.end(),
          drain: () => undefined,
          close: () => undefined,
        }),
      () => undefined,
    );
    let sent = 0;
    let unsent = 0;
    await replayToHost(detached, {
      to: clientOf(7),
      transport: {
        listen: network.listen.bind(network),
        async connect(client, signal) {
          const link = await network.connect(client, signal);
          const { write } = link;
          link.write = (bytes) => {
            sent += bytes.length;
            const free = write.call(link, bytes);
            unsent = Math.max(unsent, link.unsentBytes);
            return free;
          };
          return link;
        },
      },
    });
    await listener.close();
    expect(sent).toBeGreaterThan(400 * 16_384);
    expect(unsent).toBeLessThan(1.5 * 1024 * 1024);
  });
});
