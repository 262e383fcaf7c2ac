import { createMemoryTransport } from 'rxcomet/testing';
import { frameOf, type FramePeer } from '../support/FramePeer';
import { openTestApp, stopNow, type TestApp } from '../support/openTestApp';

/** What peers that hold much, or say nothing, do to others: next to nothing. */

const opened: TestApp[] = [];

async function open(
  Limits: Readonly<Record<string, number>>,
  more: Readonly<Record<string, unknown>> = {},
  clientIp = '127.0.0.1',
): Promise<TestApp> {
  const test = await openTestApp({
    host: { Limits, Heartbeat_ms: 0, ...more },
    transport: createMemoryTransport({ highWaterMark: 1000, clientIp }),
  });
  test.app.handle('Status', () => 'fine');
  test.app.handle('Large', () => 'x'.repeat(2000));
  test.app.handle('', (value) => (value as Uint8Array).length);
  opened.push(test);
  return test;
}

/** Begins a frame of that content and stops in the middle of it. */
function begin(peer: FramePeer, declared: number, sent: number): void {
  const whole = frameOf({}, Buffer.alloc(declared));
  peer.link.write(whole.subarray(0, whole.length - declared + sent));
}

afterEach(async () => {
  for (const test of opened.splice(0)) await stopNow(test);
});

const MIB = 1024 * 1024;

describe('peers that stall inside large frames', () => {
  it('keep no small message from being answered, and are closed after two seconds', async () => {
    const { clock, connect, codes } = await open({});
    const kept = await connect();
    kept.request(1, 'Status');
    await clock.settle();
    const stalled = await Promise.all(Array.from({ length: 13 }, () => connect()));
    for (const peer of stalled) begin(peer, 15.9 * MIB, 15.8 * MIB);
    await clock.settle();
    kept.request(2, 'Status');
    const oneShot = await connect();
    oneShot.ask('Status');
    await clock.settle();
    expect(kept.log).toEqual(['hello', '1 {"result":"fine"}', '2 {"result":"fine"}']);
    expect(oneShot.log).toEqual(['{"result": "fine"}']);
    await clock.advance(5000);
    expect(codes().length).toBeGreaterThanOrEqual(5);
    expect(new Set(codes())).toEqual(new Set(['ERR_MEMORY_BUDGET']));
    // Room enough for a large frame again.
    const large = await connect();
    large.send({}, Buffer.alloc(10 * MIB));
    await clock.settle();
    expect(large.log).toEqual([`{"result": ${10 * MIB}}`]);
  });

  it('keep no large frame of another address waiting, which has a share of its own', async () => {
    const hostile = await open({});
    const good = await open({}, {}, '10.0.0.9');
    const stalled = await Promise.all(Array.from({ length: 13 }, () => hostile.connect()));
    for (const peer of stalled) begin(peer, 15.9 * MIB, 15.8 * MIB);
    await hostile.clock.settle();
    const large = await good.connect();
    large.link.write(frameOf({}, Buffer.alloc(1 * MIB)).subarray(0, 500_000));
    await good.clock.settle();
    large.link.write(frameOf({}, Buffer.alloc(1 * MIB)).subarray(500_000));
    await good.clock.settle();
    expect(large.log).toEqual([`{"result": ${1 * MIB}}`]);
    expect(good.codes()).toEqual([]);
  });

  it('are closed by what came lately, however much came before they stalled', async () => {
    const { clock, connect, codes } = await open({ Frame_timeout_ms: 4000, Min_rate_bytes_per_s: 1000 });
    const peer = await connect();
    begin(peer, 1_000_000, 900_000);
    await clock.advance(17_000);
    expect(codes()).toEqual(['ERR_FRAME_TIMEOUT']);
  });

  it('and send a byte now and then are closed as soon when memory is tight', async () => {
    const { clock, connect, codes } = await open({});
    const dripping = await Promise.all(Array.from({ length: 13 }, () => connect()));
    for (const peer of dripping) begin(peer, 15.9 * MIB, 15.8 * MIB);
    await clock.settle();
    for (let second = 0; second < 8; second += 1) {
      await clock.advance(1000);
      for (const peer of dripping) peer.link.write(Uint8Array.of(0));
    }
    expect(codes().length).toBeGreaterThanOrEqual(5);
    expect(new Set(codes())).toEqual(new Set(['ERR_MEMORY_BUDGET']));
  });

  it('are not those whose frames arrive steadily at the least rate', async () => {
    const { clock, connect, codes } = await open({ Frame_timeout_ms: 4000, Min_rate_bytes_per_s: 1000 });
    const peer = await connect();
    begin(peer, 12_000, 0);
    for (let second = 0; second < 10; second += 1) {
      peer.link.write(Buffer.alloc(1200));
      await clock.advance(1000);
    }
    expect(codes()).toEqual([]);
    expect(peer.log).toEqual(['{"result": 12000}']);
  });
});

describe('a peer without the token of the host', () => {
  it.each([
    ['a native one', { native: 1, 'message-id': 1, connection: 'keep-alive' }],
    ['a legacy one', {}],
  ])('is refused before its content: %s', async (_what, keys) => {
    const { clock, connect, codes } = await open({}, { Token: 'of-the-lab' });
    const peer = await connect();
    const whole = frameOf(keys, Buffer.alloc(1_000_000));
    peer.link.write(whole.subarray(0, whole.length - 999_999));
    await clock.settle();
    expect(codes()).toEqual(['ERR_UNAUTHORIZED']);
    expect(peer.log).toEqual([expect.stringContaining('Token')]);
  });

  it('is let in with it, content and all', async () => {
    const { clock, connect, codes } = await open({}, { Token: 'of-the-lab' });
    const peer = await connect();
    const keys = { native: 1, 'message-id': 1, connection: 'keep-alive', authorization: 'Bearer of-the-lab' };
    const whole = frameOf(keys, Buffer.alloc(1000));
    peer.link.write(whole.subarray(0, 300));
    await clock.settle();
    peer.link.write(whole.subarray(300));
    await clock.settle();
    expect(peer.log).toEqual(['hello', '1 {"result":1000}']);
    expect(codes()).toEqual([]);
  });
});

describe('peers that say nothing', () => {
  it('give their place to another when there is no other, the oldest first', async () => {
    const { app, clock, connect, codes } = await open({ Max_connections: 3 });
    const events: string[] = [];
    app.connections$.subscribe(({ kind, open: now }) => events.push(`${kind} ${now}`));
    const kept = await connect();
    kept.request(1, 'Status');
    await clock.settle();
    const [oldest, younger] = [await connect(), await connect()];
    await clock.advance(300);
    const next = await connect();
    next.ask('Status');
    await clock.settle();
    expect(oldest.log).toEqual([expect.stringContaining('Limits.Max_connections')]);
    expect([younger.log, kept.events]).toEqual([[], []]);
    expect(next.log).toEqual(['{"result": "fine"}']);
    expect(codes()).toEqual(['ERR_TOO_MANY_CONNECTIONS']);
    expect(Math.max(...events.map((event) => Number(event.split(' ')[1])))).toBe(3);
  });
});

describe('connections$', () => {
  it('counts no peer that was refused, and tells nothing of it', async () => {
    const { app, clock, connect } = await open({ Max_connections: 1, Linger_ms: 10_000 });
    const events: string[] = [];
    app.connections$.subscribe(({ kind, open: now }) => events.push(`${kind} ${now}`));
    const kept = await connect();
    kept.request(1, 'Status');
    for (let count = 0; count < 5; count += 1) await connect();
    await clock.settle();
    expect(events).toEqual(['open 1', 'dialect 1']);
    kept.link.end();
    await clock.advance(10_000);
    expect(events).toEqual(['open 1', 'dialect 1', 'close 0']);
  });
});

describe('a peer that asks and does not read', () => {
  it('has no more requests handled than it read answers, however many came in one chunk', async () => {
    const { app, clock, connect, codes } = await open({});
    let handled = 0;
    app.handle('Count', () => {
      handled += 1;
      return 'x'.repeat(20_000);
    });
    const peer = await connect();
    peer.request(1, 'Status');
    await clock.settle();
    peer.link.pause();
    const requests = Array.from({ length: 200 }, (_, index) =>
      frameOf({ 'message-id': index + 2, connection: 'keep-alive' }, { action: 'Count', value: index }),
    );
    peer.link.write(Buffer.concat(requests));
    await clock.settle();
    expect(handled).toBeLessThan(5);
    peer.link.resume();
    for (let turn = 0; turn < 500 && handled < 200; turn += 1) await clock.settle();
    expect(handled).toBe(200);
    await clock.settle();
    expect(peer.log).toHaveLength(202);
    expect(codes()).toEqual([]);
  });
});
