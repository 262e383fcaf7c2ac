import { createApp } from '../../src/app/createApp';
import { parseConfig } from '../../src/config/parseConfig';
import { silentLogger } from '../../src/runtime/silentLogger';
import type { RecordedEvent } from '../../src/testing/RecordedEvent';
import { replayToHost } from '../../src/testing/replayToHost';
import { ack, message } from './recordingSupport';

const on = (link: number, ...events: RecordedEvent[]): RecordedEvent[] =>
  events.map((event) => ({ ...event, link, dialect: link === 1 ? 'native' : 'comet' }));

/** The real wire, on a free port. */
async function withHost<T>(
  answer: (value: unknown) => unknown,
  use: (port: number) => Promise<T>,
): Promise<T> {
  const app = createApp(parseConfig({ Socket_connection: { Host: { IP: '127.0.0.1', Port: 0 } } }), {
    logger: silentLogger,
  });
  app.handle('Move', answer);
  await app.start();
  try {
    return await use(app.address.port);
  } finally {
    await app.stop({ graceMs: 0 });
  }
}
const clientOf = (port: number) => {
  const [to] = parseConfig({
    Socket_connection: { Client: { Host: { IP: '127.0.0.1', Port: port } } },
  }).clients;
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
});
