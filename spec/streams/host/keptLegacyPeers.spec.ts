import { createApp, parseConfig } from 'rxcomet';
import { createMemoryTransport } from 'rxcomet/testing';
import { createVirtualClock } from '../../support/createVirtualClock';
import { FramePeer, frameOf } from '../../support/FramePeer';
import { silentLogger } from '../../../src/runtime/Logger';

describe('a host that waits for further requests of a legacy peer', () => {
  let stop = (): Promise<void> => Promise.resolve();
  afterEach(() => stop());

  async function start(keepAliveMs = 5000) {
    const clock = createVirtualClock();
    const transport = createMemoryTransport();
    const Host = { IP: '127.0.0.1', Port: 7 };
    const config = parseConfig({ Socket_connection: { Host, Client: { Host } } });
    const hosts = config.hosts.map((host) => ({ ...host, limits: { ...host.limits, keepAliveMs } }));
    const app = createApp({ ...config, hosts }, { transport, clock, logger: silentLogger });
    stop = async () => {
      const stopped = app.stop({ graceMs: 0 });
      // A peer that is owed a frame may read it for Linger_ms.
      await clock.advance(2010);
      await stopped;
    };
    const failures: string[] = [];
    app.failures$.subscribe(({ code }) => failures.push(code));
    const begun: unknown[] = [];
    app.handle('Now', (value) => value);
    app.handle('Wait', async (value) => {
      begun.push(value);
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 100));
      return value;
    });
    await app.start();
    const connect = async (): Promise<FramePeer> =>
      new FramePeer(await transport.connect(config.clients[0]!, new AbortController().signal));
    return { app, clock, connect, begun, failures };
  }
  const result = (value: unknown): object => ({ result: value });

  it('answers one request after the other, in their order', async () => {
    const { clock, connect, begun } = await start();
    const peer = await connect();
    peer.ask('Wait', 1);
    peer.ask('Now', 2);
    peer.ask('Wait', 3);
    await clock.advance(50);
    expect(begun).toEqual([1]);
    await clock.advance(50);
    expect(peer.contents).toEqual([1, 2].map(result));
    expect(begun).toEqual([1, 3]);
    await clock.advance(100);
    expect(peer.contents).toEqual([1, 2, 3].map(result));
    expect(peer.events).toEqual([]);
  });

  it('answers everything that came before the end of the peer, then ends', async () => {
    const { clock, connect } = await start();
    const peer = await connect();
    peer.link.write(Buffer.concat([1, 2, 3].map((value) => frameOf({}, { action: 'Wait', value }))));
    peer.link.end();
    await clock.advance(300);
    expect(peer.contents).toEqual([1, 2, 3].map(result));
    expect(peer.events).toEqual(['end', 'close']);
  });

  it('goes on after a handler that failed, and ends at a request that cannot be read', async () => {
    const { app, clock, connect } = await start();
    app.handle('Fail', () => {
      throw new Error('broken');
    });
    const peer = await connect();
    peer.ask('Fail');
    peer.ask('Wait', 1);
    peer.link.write(Buffer.from('no frame at all'));
    await clock.advance(50);
    expect(peer.contents).toEqual([{ result: 'Error: broken' }]);
    await clock.advance(50);
    expect(peer.contents).toEqual([
      { result: 'Error: broken' },
      result(1),
      { result: expect.stringMatching(/^Error: /) as string },
    ]);
    expect(peer.events).toEqual(['end']);
  });

  it('ends when nothing more comes within that time, not while a request is at work', async () => {
    const { app, clock, connect } = await start(1000);
    app.handle('Long', () => new Promise((resolve) => clock.setTimeout(() => resolve('late'), 10_000)));
    const peer = await connect();
    peer.ask('Long');
    await clock.advance(10_000);
    expect(peer.contents).toEqual([{ result: 'late' }]);
    await clock.advance(900);
    peer.ask('Now', 1);
    await clock.advance(900);
    expect(peer.events).toEqual([]);
    await clock.advance(1500);
    expect(peer.events).toEqual(['end']);
  });

  it('lets a stop wait for the request at work, and ends an idle connection without a frame', async () => {
    const { app, clock, connect } = await start();
    const [idle, busy] = [await connect(), await connect()];
    idle.ask('Now', 1);
    busy.ask('Wait', 2);
    busy.ask('Wait', 3);
    await clock.settle();
    const stopped = app.stop({ graceMs: 1000 });
    await clock.advance(100);
    expect(idle.contents).toEqual([result(1)]);
    expect(busy.contents).toEqual([result(2)]);
    for (const peer of [idle, busy]) peer.link.end();
    await clock.settle();
    await stopped;
  });

  it('reads no further while a request is at work', async () => {
    const { clock, connect, begun } = await start();
    const peer = await connect();
    peer.ask('Wait', 0);
    await clock.settle();
    // What fits between the two sides is taken; the rest stays with the peer.
    const large = 'x'.repeat(65_536);
    let written = 0;
    while (written < 100 && peer.link.write(frameOf({}, { action: 'Wait', value: large }))) {
      written += 1;
      await clock.settle();
    }
    expect(written).toBeLessThan(10);
    expect(begun).toEqual([0]);
  });
});
