import type { App } from '../../../src/app/App';
import { createApp } from '../../../src/app/createApp';
import { parseConfig } from '../../../src/config/parseConfig';
import { BadOption } from '../../../src/errors/setUp';
import { silentLogger } from '../../../src/runtime/Logger';
import { createMemoryTransport } from '../../../src/streams/transport/memory/createMemoryTransport';
import { createStandIn, type StandInOptions } from '../../../src/replay/standIn/createStandIn';
import type { RecordedEvent } from '../../../src/recording/RecordedEvent';
import type { Transport } from '../../../src/streams/transport/Transport';
import { FrameWriter } from '../../../src/streams/wire/FrameWriter';
import { listenTo } from '../../streams/transport/linkSupport';
import { createVirtualClock } from '../../support/createVirtualClock';
import { ack, message } from '../../recording/recordingSupport';

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
  const network = createMemoryTransport();
  const clock = createVirtualClock();
  let links = 0;
  let most = 0;
  const transport: Transport = {
    connect: network.connect.bind(network),
    listen: (host, onLink, onError) =>
      network.listen(
        host,
        (link) => {
          links += 1;
          const { write } = link;
          link.write = (bytes) => {
            const free = write.call(link, bytes);
            most = Math.max(most, link.unsentBytes);
            return free;
          };
          onLink(link);
        },
        onError,
      ),
  };
  const standIn = await createStandIn(recording, { listen: listen!, transport, clock, ...more });
  const apps: App[] = [];
  const clientOf = () => {
    const Client = { Device: { IP: '127.0.0.2', Port: 5, Heartbeat_ms: 0 } };
    const app = createApp(parseConfig({ Socket_connection: { Client } }), {
      transport,
      clock,
      logger: silentLogger,
    });
    apps.push(app);
    return app.peer('Device');
  };
  const device = clientOf();
  const stop = async () => {
    const stopping = Promise.all(apps.map((app) => app.stop({ graceMs: 0 })));
    await clock.advance(1000);
    await stopping;
    return standIn.close();
  };
  return { clock, standIn, device, clientOf, stop, opened: () => links, mostUnsent: () => most };
}

/** A client that knows nothing of the native dialect. */
async function legacyClient(recording: RecordedEvent[], more: Partial<StandInOptions> = {}) {
  const transport = createMemoryTransport();
  const clock = createVirtualClock();
  const standIn = await createStandIn(recording, { listen: listen!, transport, clock, ...more });
  const [client] = config.clients;
  const link = await transport.connect(client!, new AbortController().signal);
  const heard = listenTo(link);
  const writer = new FrameWriter((bytes) => link.write(bytes));
  const say = (text: string): void => {
    writer.frame({}, text);
    writer.flush();
  };
  return { clock, standIn, link, heard, say };
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
    await expect(device.ask('Stop', 1)).rejects.toMatchObject({
      code: 'ERR_NOT_RECORDED',
      action: 'Stop',
      delivered: 'yes',
    });
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
    const events = as('comet', [message(1, '1'), { ...ack(1, '2'), at: 501 }]);
    const { clock, heard, say, link, standIn } = await legacyClient(events, { delays: true });
    say('{"action": "Move", "value": 1}');
    link.end();
    await clock.advance(400);
    expect(heard.log).toEqual([]);
    await clock.advance(200);
    expect(heard.log[0]).toContain('{"result": 2}');
    expect(heard.log.slice(-2)).toEqual(['<end>', '<close>']);
    await standIn.close();
  });

  it('refuses what it does not know to a legacy client in words', async () => {
    const { clock, heard, say, standIn } = await legacyClient(as('comet', [message(1, '1'), ack(1, '1')]));
    say('{"action": "Stop", "value": 1}');
    await clock.settle();
    expect(heard.log[0]).toContain('{"result":"Error: ERR_NOT_RECORDED: ');
    await standIn.close();
  });

  describe('where the recorded host closed the connection', () => {
    const close = (at: number, how: 'fin' | 'reset' | 'timeout' = 'reset'): RecordedEvent => ({
      ...{ at, link: 1, side: 'host', dialect: 'native', kind: 'close', how, from: 'host' },
    });
    const lost = { code: 'ERR_CONNECTION_CLOSED' };

    it.each(['fin', 'reset', 'timeout'] as const)(
      'drops it (%s) once all that waited then have come',
      async (how) => {
        const { device, stop } = await setUp([message(1, '1'), message(2, '2'), close(9, how)]);
        const [first, second] = [device.ask('Move', 1), device.ask('Move', 2)];
        await expect(first).rejects.toMatchObject(lost);
        await expect(second).rejects.toMatchObject(lost);
        expect(await stop()).toMatchObject({ passed: true, answered: 2 });
      },
    );

    it('drops it at the recorded time when not all of them come', async () => {
      const { device, clock, stop } = await setUp([message(1, '1'), message(2, '2'), close(901)]);
      let code: unknown;
      device.ask('Move', 1).catch((error: { code: unknown }) => (code = error.code));
      await clock.advance(890);
      expect(code).toBeUndefined();
      await clock.advance(20);
      expect(code).toBe('ERR_CONNECTION_CLOSED');
      expect(await stop()).toMatchObject({ answered: 1, leftoverCount: 1 });
    });

    it('drops it in the midst of a stream of results', async () => {
      const next = (text: string): RecordedEvent => ({ ...ack(1, text), status: 'next' }) as RecordedEvent;
      const { device, stop } = await setUp([message(1, '1'), next('1'), next('2'), close(9)], {
        delays: false,
      });
      const results: unknown[] = [];
      const error = await new Promise((resolve) =>
        device.send('Move', 1).subscribe({ next: (value) => results.push(value), error: resolve }),
      );
      expect(error).toMatchObject(lost);
      expect(results.length).toBeLessThanOrEqual(2);
      await stop();
    });

    it('drops it after the last answer too, so that the client connects anew as it did', async () => {
      const recording = [
        ...[message(1, '1'), ack(1, '"a"'), close(2, 'fin')],
        ...[message(1, '2', { link: 2 }), ack(1, '"b"', { link: 2 })],
      ];
      const { device, clock, stop, opened } = await setUp(recording);
      expect(await device.ask('Move', 1)).toBe('a');
      await clock.advance(1000);
      const second = device.ask('Move', 2);
      await clock.advance(1000);
      expect(await second).toBe('b');
      expect(opened()).toBe(2);
      expect(await stop()).toMatchObject({ passed: true, answered: 2 });
    });

    it('does not drop it for a message that wanted no answer, or no longer', async () => {
      const recording = [
        message(1, '1', { confirm: false } as never),
        message(2, '2'),
        { at: 2.5, link: 1, side: 'host', dialect: 'native', kind: 'cancel', id: 2 } as RecordedEvent,
        ...[message(3, '3'), ack(3, '"c"'), message(4, '4'), close(9)],
      ];
      const { device, clock, stop, opened } = await setUp(recording);
      device.ask('Move', 1).catch(() => undefined);
      device.ask('Move', 2).catch(() => undefined);
      expect(await device.ask('Move', 3)).toBe('c');
      await clock.advance(100);
      await expect(device.ask('Move', 4)).rejects.toMatchObject(lost);
      expect(opened()).toBe(1);
      await stop();
    });
  });

  it('plays connections side by side, each with its own answers, delays and errors', async () => {
    const slow = (link: number, factor: number): RecordedEvent[] => [
      message(1, `"hello ${link}"`, { link, at: 0 }),
      ack(1, `"${link}"`, { link, at: 100 * factor }),
      message(2, '"?"', { link, at: 100 * factor }),
      ack(2, `{"code":"ERR_${link}","message":"no ${link}"}`, {
        link,
        at: 300 * factor,
        status: 'error',
      } as never),
    ];
    const recording = [...slow(1, 1), ...slow(2, 3), ...slow(3, 2)].sort((a, b) => a.at - b.at);
    const { clock, stop, clientOf } = await setUp(recording, { delays: true });
    const log: string[] = [];
    for (const link of [3, 1, 2]) {
      const device = clientOf();
      void device
        .ask('Move', `hello ${link}`)
        .then((answer) => log.push(`${clock.now()} ${String(answer)}`))
        .then(() => device.ask('Move', '?'))
        .catch((error: { remoteCode: string }) => log.push(`${clock.now()} ${error.remoteCode}`));
    }
    await clock.advance(1000);
    expect(log).toEqual(['100 1', '200 3', '300 2', '300 ERR_1', '600 ERR_3', '900 ERR_2']);
    expect(await stop()).toMatchObject({ passed: true, answered: 6 });
  });

  it('sends long streams of results as fast as the client reads', async () => {
    const blob = JSON.stringify('x'.repeat(64 * 1024));
    const recording = [
      message(1, '1'),
      ...Array.from({ length: 100 }, () => ({ ...ack(1, blob), status: 'next' }) as RecordedEvent),
      ack(1, '"end"'),
    ];
    const { device, stop, mostUnsent } = await setUp(recording);
    let results = 0;
    await new Promise<void>((resolve, reject) =>
      device.send('Move', 1).subscribe({ next: () => (results += 1), error: reject, complete: resolve }),
    );
    expect(results).toBe(101);
    expect(mostUnsent()).toBeLessThan(1024 * 1024);
    await stop();
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
