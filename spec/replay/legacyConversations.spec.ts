import { createApp, type App } from 'rxcomet';
import {
  createMemoryTransport,
  createStandIn,
  formatVerdict,
  replayRecording,
  replayToHost,
  type RecordedEvent,
} from 'rxcomet/testing';
import { FramePeer } from '../support/FramePeer';
import { createVirtualClock } from '../support/createVirtualClock';
import { answer, ask, clientOf, closed, hostOf, inVirtualTime, linkEvents, open } from './conversation';

const address = { IP: '127.0.0.2', Port: 7 };
const speeds = [1, 4, 'max'] as const;
const kept = (from: 'client' | 'host'): RecordedEvent[] => [
  ...linkEvents(
    1,
    'comet',
    [0, open],
    [10, ask(1, 1)],
    [60, answer(1, 2)],
    [70, ask(2, 2)],
    [120, answer(2, 4)],
    [130, ask(3, 3)],
    [180, answer(3, 6)],
    [190, closed(from)],
  ),
  // One of the usual sort beside it.
  ...linkEvents(2, 'comet', [200, open], [210, ask(1, 5)], [260, answer(1, 10)], [261, closed('host')]),
];
const pipelined = linkEvents(
  1,
  'comet',
  [0, open],
  [10, ask(1, 1)],
  [11, ask(2, 2)],
  [12, ask(3, 3)],
  [60, answer(1, 2)],
  [110, answer(2, 4)],
  [160, answer(3, 6)],
  [190, closed('client')],
);
const recordings: [string, RecordedEvent[]][] = [
  ['that the client closed', kept('client')],
  ['that the host closed', kept('host')],
  ['with requests sent before their answers', pipelined],
];

/** The least of a server that keeps its connections: answers each request in turn. */
async function keepingHost(double: (value: number) => number = (value) => value * 2) {
  const transport = createMemoryTransport();
  await transport.listen(
    hostOf(address),
    (link) => {
      const peer = new FramePeer(link);
      let answered = 0;
      const look = (): void => {
        for (; answered < peer.frames.length; answered += 1) {
          const { value } = peer.contents[answered] as { value: number };
          peer.send({}, { result: double(value) });
        }
        if (peer.events.includes('end')) link.end();
        if (!peer.events.includes('close')) setImmediate(look);
      };
      look();
    },
    () => undefined,
  );
  return transport;
}

describe.each(recordings)('a conversation of several requests of a legacy peer %s', (_name, recording) => {
  const compared = recording.filter(({ kind }) => kind === 'ack').length;

  it.each(speeds)('is replayed into handlers (speed %s)', async (speed) => {
    const clock = createVirtualClock();
    const handlers = (factor: number) => (app: App) =>
      void app.handle('Move', async (value) => {
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 50));
        return value === 3 ? 3 * factor : Number(value) * 2;
      });
    const same = await inVirtualTime(
      clock,
      replayRecording(recording, { clock, speed, handlers: handlers(2) }),
    );
    expect(formatVerdict(same.verdict)).toContain(`pass: 0 differences; compared ${compared}`);
    const other = await inVirtualTime(
      clock,
      replayRecording(recording, { clock, speed, handlers: handlers(7) }),
    );
    expect(other.verdict.differences).toMatchObject([
      { kind: 'changed', link: 1, id: 3, changes: [{ expected: 6, actual: 21 }] },
    ]);
  });

  it('is replayed to a live host', async () => {
    const transport = await keepingHost();
    const { verdict } = await replayToHost(recording, { to: clientOf(address), transport, answerMs: 1000 });
    expect(formatVerdict(verdict)).toContain(`pass: 0 differences; compared ${compared}`);
    const changed = await keepingHost((value) => (value === 2 ? 5 : value * 2));
    const other = await replayToHost(recording, {
      to: clientOf(address),
      transport: changed,
      answerMs: 1000,
    });
    expect(other.verdict.differences).toMatchObject([{ kind: 'changed', link: 1, id: 2 }]);
  });

  it('is played by a stand-in', async () => {
    const transport = createMemoryTransport();
    const standIn = await createStandIn(recording, { listen: hostOf(address), transport });
    const { verdict, events } = await replayToHost(recording, {
      to: clientOf(address),
      transport,
      answerMs: 1000,
    });
    expect(await standIn.close()).toMatchObject({ passed: true, unknownCount: 0 });
    expect(formatVerdict(verdict)).toContain(`pass: 0 differences; compared ${compared}`);
    const ends = events.flatMap((event) => (event.kind === 'close' && event.link === 1 ? [event.how] : []));
    expect(ends).toEqual(['fin']);
  });
});

describe('a stand-in for a peer that keeps the connections of legacy peers', () => {
  const connect = async (recording: RecordedEvent[], delays = false) => {
    const clock = createVirtualClock();
    const transport = createMemoryTransport();
    const standIn = await createStandIn(recording, { listen: hostOf(address), transport, delays, clock });
    const peer = new FramePeer(await transport.connect(clientOf(address), new AbortController().signal));
    return { standIn, peer, clock };
  };

  it('answers in the order asked, also where what comes second is ready first', async () => {
    const uneven = linkEvents(
      1,
      'comet',
      [0, open],
      [0, ask(1, 1)],
      [1, ask(2, 2)],
      [500, answer(1, 'slow')],
      [501, answer(2, 'quick')],
      [600, closed('client')],
    );
    const { standIn, peer, clock } = await connect(uneven, true);
    peer.ask('Move', 1);
    peer.ask('Move', 2);
    await clock.advance(1000);
    expect(peer.contents).toEqual([{ result: 'slow' }, { result: 'quick' }]);
    await standIn.close();
  });

  it('ends with the client when the client ended, and by itself when the host had', async () => {
    for (const from of ['client', 'host'] as const) {
      const { standIn, peer, clock } = await connect(kept(from).slice(0, 8));
      for (const value of [1, 2, 3]) {
        peer.ask('Move', value);
        await clock.settle();
      }
      expect(peer.contents).toEqual([{ result: 2 }, { result: 4 }, { result: 6 }]);
      expect(peer.events).toEqual(from === 'host' ? ['end'] : []);
      peer.link.end();
      await clock.settle();
      expect(peer.events).toEqual(['end', 'close']);
      await standIn.close();
    }
  });
});

describe('createApp', () => {
  it('closes after the first answer to a legacy peer, as COMET does', async () => {
    const transport = createMemoryTransport();
    const { parseConfig } = await import('rxcomet');
    const app = createApp(parseConfig({ Socket_connection: { Host: address } }), { transport });
    app.handle('Move', (value) => value);
    await app.start();
    const peer = new FramePeer(await transport.connect(clientOf(address), new AbortController().signal));
    peer.ask('Move', 1);
    peer.ask('Move', 2);
    await createVirtualClock().settle();
    expect(peer.contents).toEqual([{ result: 1 }]);
    expect(peer.events).toEqual(['end']);
    await app.stop({ graceMs: 0 });
  });
});
