import { createApp } from '../../src/app/createApp';
import { parseConfig } from '../../src/config/parseConfig';
import { BadOption } from '../../src/errors/BadOption';
import { silentLogger } from '../../src/runtime/silentLogger';
import { createMemoryTransport } from '../../src/testing/createMemoryTransport';
import { createStandIn, type StandInOptions } from '../../src/testing/createStandIn';
import type { RecordedEvent } from '../../src/testing/RecordedEvent';
import { FrameWriter } from '../../src/streams/FrameWriter';
import { listenTo } from './linkSupport';
import { createVirtualClock } from '../support/createVirtualClock';
import { ack, message } from './recordingSupport';

const config = parseConfig({
  Socket_connection: {
    Host: { IP: '127.0.0.2', Port: 5 },
    Client: { Device: { IP: '127.0.0.2', Port: 5, Heartbeat_ms: 0 } },
  },
});
const [listen] = config.hosts;
const as = (dialect: 'comet' | 'native', events: RecordedEvent[]): RecordedEvent[] =>
  events.map((event) => ({ ...event, dialect }));

async function setUp(recording: RecordedEvent[], more: Partial<StandInOptions> = {}) {
  const transport = createMemoryTransport();
  const clock = createVirtualClock();
  const standIn = await createStandIn(recording, { listen: listen!, transport, clock, ...more });
  const app = createApp(
    parseConfig({ Socket_connection: { Client: { Device: { IP: '127.0.0.2', Port: 5 } } } }),
    {
      transport,
      clock,
      logger: silentLogger,
    },
  );
  const stop = async () => {
    const stopping = app.stop({ graceMs: 0 });
    await clock.advance(1000);
    await stopping;
    return standIn.close();
  };
  return { clock, standIn, device: app.peer('Device'), stop };
}

describe.each(['native', 'comet'] as const)('createStandIn, %s', (dialect) => {
  it('answers from the recording, values exactly', async () => {
    const events = as(dialect, [
      message(1, '{"a":1.0,"b":2}'),
      ack(1, '{"x":NaN,"n":-0}'),
      message(2, '"?"'),
      ack(2, '"!"'),
    ]);
    const { device, stop } = await setUp(
      dialect === 'native'
        ? events
        : [...events.slice(0, 2), ...events.slice(2).map((event) => ({ ...event, link: 2 }))],
    );
    expect(await device.ask('Move', { b: 2, a: 1 })).toEqual({ x: NaN, n: -0 });
    expect(await device.ask('Move', '?')).toBe('!');
    expect(await stop()).toMatchObject({ passed: true, answered: 2 });
  });

  it('refuses what it does not know', async () => {
    const { device, stop } = await setUp(as(dialect, [message(1, '1'), ack(1, '1')]));
    const error = (await device.ask('Stop', 1).catch((reason: unknown) => reason)) as Error & {
      remoteCode: string;
    };
    expect(`${error.remoteCode} ${error.message}`).toContain('ERR_NOT_RECORDED');
    expect(await stop()).toMatchObject({
      passed: false,
      unknown: [{ action: 'Stop', value: 1 }],
      leftoverCount: 1,
    });
  });

  it('replays errors', async () => {
    const content = dialect === 'native' ? '{"code":"ERR_X","message":"broken"}' : '"Error: broken"';
    const { device, stop } = await setUp(
      as(dialect, [message(1, '1'), { ...ack(1, content), status: 'error' } as never]),
    );
    await expect(device.ask('Move', 1)).rejects.toThrow('broken');
    await stop();
  });

  it('drops the connection where the recorded host did', async () => {
    const close = {
      at: 9,
      link: 1,
      side: 'host',
      dialect,
      kind: 'close',
      how: 'reset',
      from: 'host',
    } as const;
    const { device, stop } = await setUp(as(dialect, [message(1, '1'), ack(9, '1'), close]));
    await expect(device.ask('Move', 1)).rejects.toMatchObject({
      code: 'ERR_CONNECTION_CLOSED',
      delivered: 'unknown',
    });
    await stop();
  });

  it('waits as long as the recorded host took when asked to', async () => {
    const events = as(dialect, [message(1, '1'), { ...ack(1, '"late"'), at: 3001 }]);
    const { device, clock, stop } = await setUp(events, { delays: true });
    let result: unknown;
    void device.ask('Move', 1).then((value) => (result = value));
    await clock.advance(2999);
    expect(result).toBeUndefined();
    await clock.advance(2);
    expect(result).toBe('late');
    await stop();
  });
});

describe('createStandIn', () => {
  it('sends streams of results to a native client', async () => {
    const next = (text: string): RecordedEvent => ({ ...ack(1, text), status: 'next' }) as RecordedEvent;
    const complete = {
      at: 3,
      link: 1,
      side: 'host',
      dialect: 'native',
      kind: 'ack',
      id: 1,
      status: 'complete',
    } as const;
    const { device, stop } = await setUp([message(1, '1'), next('1'), next('2'), complete]);
    const results: unknown[] = [];
    await new Promise<void>((resolve, reject) =>
      device
        .send('Move', 1)
        .subscribe({ next: (value) => results.push(value), error: reject, complete: resolve }),
    );
    expect(results).toEqual([1, 2]);
    await stop();
  });

  it('answers a legacy client that half-closed, after the recorded time', async () => {
    const transport = createMemoryTransport();
    const clock = createVirtualClock();
    const events = as('comet', [message(1, '1'), { ...ack(1, '2'), at: 501 }]);
    const standIn = await createStandIn(events, { listen: listen!, transport, clock, delays: true });
    const [client] = config.clients;
    const link = await transport.connect(client!, new AbortController().signal);
    const heard = listenTo(link);
    const writer = new FrameWriter((bytes) => link.write(bytes));
    writer.frame({}, '{"action": "Move", "value": 1}');
    writer.flush();
    link.end();
    await clock.advance(400);
    expect(heard.log).toEqual([]);
    await clock.advance(200);
    expect(heard.log[0]).toContain('{"result": 2}');
    expect(heard.log.slice(-2)).toEqual(['<end>', '<close>']);
    await standIn.close();
  });

  it('wants to know whose conversations to play when there are several', async () => {
    const both = [message(1, '1'), message(1, '1', { link: 2, side: 'Telegram' })];
    await expect(setUp(both)).rejects.toThrow(
      'several sides (host, Telegram): choose one with the option side',
    );
    await expect(setUp([])).rejects.toThrow(BadOption);
    const { stop } = await setUp(both, { side: 'Telegram' });
    expect(await stop()).toMatchObject({ leftoverCount: 1 });
  });
});
