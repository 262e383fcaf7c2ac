import { createMemoryTransport } from '../../src/streams/transport/memory/createMemoryTransport';
import { frameOf, type FramePeer } from '../support/FramePeer';
import { openTestApp, stopNow, type TestApp } from '../support/openTestApp';

/**
 * Each limit with the error that it ends in: peer, what was declared or held, limit and the key of the
 * configuration.
 */

let test: TestApp;

async function open(Limits: Readonly<Record<string, number>>, highWaterMark = 1000): Promise<TestApp> {
  test = await openTestApp({
    host: { Limits, Heartbeat_ms: 0 },
    transport: createMemoryTransport({ highWaterMark }),
  });
  return test;
}

/** Begins a frame of that content and stops in the middle of it. */
function begin(peer: FramePeer, declared: number, sent: number): void {
  const whole = frameOf({}, Buffer.alloc(declared));
  peer.link.write(whole.subarray(0, whole.length - declared + sent));
}

const messages = (): string[] => test.failures.map(({ error }) => error.message);

afterEach(async () => {
  await stopNow(test);
  expect(test.clock.pending).toBe(0);
});

describe('Max_content_bytes', () => {
  it('is judged by the declared size, before any content came', async () => {
    const { clock, connect } = await open({ Max_content_bytes: 1000 });
    const peer = await connect();
    begin(peer, 1001, 0);
    await clock.settle();
    expect(messages()).toEqual([
      expect.stringMatching(/^127\.0\.0\.1:\d+: .*1001 bytes.*1000.*Max_content_bytes/),
    ]);
    expect(peer.log).toEqual([expect.stringContaining('error {"result": "Error: ')]);
    expect(peer.events).toEqual(['end']);
  });
});

describe('Max_nesting', () => {
  it('ends the connection of who nests deeper', async () => {
    const { clock, connect, codes } = await open({ Max_nesting: 4 });
    const peer = await connect();
    peer.ask('Status', [[[[1]]]]);
    await clock.settle();
    expect(codes()).toEqual(['ERR_NESTING_TOO_DEEP']);
    expect(messages()[0]).toMatch(/^127\.0\.0\.1:\d+: .*4.*Max_nesting/);
  });
});

describe('Max_connections', () => {
  it('refuses one more in words, and takes one again when a place is free', async () => {
    const { app, clock, connect } = await open({ Max_connections: 2 });
    app.handle('Status', () => 'fine');
    const [first] = [await connect(), await connect()];
    const refused = await connect();
    await clock.settle();
    expect(messages()).toEqual([
      expect.stringMatching(/^127\.0\.0\.1:\d+: 2 connections are open already \(Limits\.Max_connections\)$/),
    ]);
    expect(refused.log).toEqual([
      'error {"result": "Error: 2 connections are open already (Limits.Max_connections)"}',
    ]);
    first.ask('Status');
    first.link.end();
    await clock.settle();
    const next = await connect();
    next.ask('Status');
    await clock.settle();
    expect(next.log).toEqual(['{"result": "fine"}']);
  });

  it('is not used up by refused ones that linger', async () => {
    const { app, clock, connect } = await open({ Max_connections: 1, Linger_ms: 10_000 });
    app.handle('Status', () => 'fine');
    const only = await connect();
    for (let count = 0; count < 10; count += 1) await connect();
    only.ask('Status');
    only.link.end();
    await clock.settle();
    const next = await connect();
    next.ask('Status');
    await clock.settle();
    expect(next.log).toEqual(['{"result": "fine"}']);
  });
});

describe('Frame_timeout_ms', () => {
  it('ends a frame of which a byte a second comes, though it is large', async () => {
    const { clock, connect } = await open({ Frame_timeout_ms: 4000, Min_rate_bytes_per_s: 1000 });
    const peer = await connect();
    begin(peer, 100_000, 0);
    for (let second = 0; second < 5; second += 1) {
      await clock.advance(1000);
      peer.link.write(Uint8Array.of(0));
    }
    expect(messages()).toEqual([
      expect.stringMatching(
        /^127\.0\.0\.1:\d+: a frame of 100000 bytes was not complete within 4000 ms \(Limits\.Frame_timeout_ms\), nor did it come at 1000 bytes\/s \(Limits\.Min_rate_bytes_per_s\)$/,
      ),
    ]);
  });

  it('is not begun anew by a first frame that begins late', async () => {
    const { clock, connect, codes } = await open({ Frame_timeout_ms: 4000 });
    const peer = await connect();
    await clock.advance(3500);
    begin(peer, 10, 5);
    await clock.advance(1000);
    expect(codes()).toEqual(['ERR_FRAME_TIMEOUT']);
  });
});

describe('Max_unsent_bytes', () => {
  it('ends the connection of a peer that asks and asks and does not read', async () => {
    const { app, clock, connect } = await open({ Max_unsent_bytes: 5000 }, 100_000);
    app.handle('Big', () => 'x'.repeat(1000));
    const peer = await connect();
    peer.request(1, 'Nobody');
    await clock.settle();
    peer.link.pause();
    test.failures.length = 0;
    for (let id = 2; id < 30; id += 1) peer.request(id, 'Big');
    await clock.settle();
    expect(messages()).toEqual([
      expect.stringMatching(
        /^127\.0\.0\.1:\d+: \d+ bytes wait for the peer, which does not read, more than the 5000 of Limits\.Max_unsent_bytes$/,
      ),
    ]);
    expect(test.codes()).toEqual(['ERR_UNSENT_OVERFLOW']);
  });

  it('lets one answer pass that is larger by itself', async () => {
    const { app, clock, connect, codes } = await open({ Max_unsent_bytes: 5000 });
    app.handle('Big', () => 'x'.repeat(20_000));
    const peer = await connect();
    peer.request(1, 'Big');
    await clock.settle();
    expect(peer.log).toEqual(['hello', expect.stringContaining('xxx')]);
    expect(codes()).toEqual([]);
  });
});

describe('Max_in_flight', () => {
  it('keeps more from running, and loses none', async () => {
    const { app, clock, connect } = await open({ Max_in_flight: 2 });
    const answers: (() => void)[] = [];
    app.handle('Slow', (value) => new Promise((resolve) => answers.push(() => resolve(value))));
    const peer = await connect();
    for (let id = 1; id <= 6; id += 1) peer.request(id, 'Slow', id);
    await clock.settle();
    expect(answers).toHaveLength(2);
    for (let answered = 0; answered < 6; answered += 1) {
      answers[answered]?.();
      await clock.settle();
    }
    expect(peer.log.slice(1)).toEqual([1, 2, 3, 4, 5, 6].map((id) => `${id} {"result":${id}}`));
  });
});

describe('Memory_budget_bytes', () => {
  it('closes the peer that holds most of it, in words, and no other', async () => {
    const { app, clock, connect } = await open({ Memory_budget_bytes: 10_000 });
    app.handle('', (value) => (value as Uint8Array).length);
    const [small, large] = [await connect(), await connect()];
    begin(small, 4000, 3500);
    begin(large, 9000, 6000);
    await clock.settle();
    expect(messages()).toEqual([]);
    large.link.write(Buffer.alloc(1000));
    await clock.settle();
    expect(messages()).toEqual([
      expect.stringMatching(
        /^127\.0\.0\.1:\d+: all peers together hold \d+ bytes unread or unsent of the 10000 allowed \(Limits\.Memory_budget_bytes\), this one the most: \d+$/,
      ),
    ]);
    expect(large.log).toEqual([expect.stringContaining('Limits.Memory_budget_bytes')]);
    expect(large.events).toEqual(['end']);
    small.link.write(Buffer.alloc(500));
    await clock.settle();
    expect(small.log).toEqual(['{"result": 4000}']);
  });

  it('first keeps others from beginning, until there is room again', async () => {
    const { app, clock, connect, codes } = await open({ Memory_budget_bytes: 10_000 });
    app.handle('Status', () => 'fine');
    app.handle('', (value) => (value as Uint8Array).length);
    const kept = await connect();
    kept.request(1, 'Status');
    const large = await connect();
    begin(large, 9000, 8000);
    await clock.settle();
    kept.request(2, 'Status');
    const late = await connect();
    late.ask('Status');
    await clock.settle();
    expect(kept.log).toEqual(['hello', '1 {"result":"fine"}']);
    expect(late.log).toEqual([]);
    large.link.write(Buffer.alloc(1000));
    await clock.settle();
    expect(large.log).toEqual(['{"result": 9000}']);
    expect(kept.log).toEqual(['hello', '1 {"result":"fine"}', '2 {"result":"fine"}']);
    expect(late.log).toEqual(['{"result": "fine"}']);
    expect(codes()).toEqual([]);
  });

  it('drops a peer that does not read what makes it the largest', async () => {
    const { app, clock, connect, codes } = await open({ Memory_budget_bytes: 10_000 }, 100_000);
    app.handle('Big', () => 'x'.repeat(6000));
    const [deaf, other] = [await connect(), await connect()];
    deaf.request(1, 'Big');
    await clock.settle();
    deaf.link.pause();
    deaf.request(2, 'Big');
    await clock.settle();
    other.request(1, 'Big');
    await clock.settle();
    expect(codes()).toEqual(['ERR_MEMORY_BUDGET']);
    expect(deaf.events.concat(deaf.events)).not.toContain('end');
    expect(other.log).toEqual(['hello', expect.stringContaining('xxx')]);
  });

  it('counts requests that wait for a slot', async () => {
    const { app, clock, connect, codes } = await open({ Memory_budget_bytes: 50_000, Max_in_flight: 1 });
    app.handle('Slow', () => new Promise(() => undefined));
    const peer = await connect();
    peer.request(1, 'Slow');
    peer.request(2, 'Slow', 'x'.repeat(60_000), { ack: 'none' });
    await clock.settle();
    expect(codes()).toEqual(['ERR_MEMORY_BUDGET']);
  });

  it('gives the others their turn when a peer pins it for longer than Frame_timeout_ms', async () => {
    const { app, clock, connect, codes } = await open({
      Memory_budget_bytes: 10_000,
      Frame_timeout_ms: 2000,
      Min_rate_bytes_per_s: 1,
    });
    app.handle('Status', () => 'fine');
    const pinning = await connect();
    begin(pinning, 9000, 8000);
    await clock.settle();
    const waiting = await connect();
    waiting.ask('Status');
    await clock.advance(1500);
    expect(waiting.log).toEqual([]);
    await clock.advance(1500);
    expect(codes()).toEqual(['ERR_MEMORY_BUDGET']);
    expect(waiting.log).toEqual(['{"result": "fine"}']);
  });

  it('is one account: after everybody has gone nothing is held', async () => {
    const { clock, connect, codes } = await open({ Memory_budget_bytes: 10_000 });
    for (let round = 0; round < 20; round += 1) {
      const peer = await connect();
      begin(peer, 3000, 2500);
      await clock.settle();
      (peer.link as unknown as { reset(): void }).reset();
      await clock.settle();
    }
    expect(codes()).not.toContain('ERR_MEMORY_BUDGET');
  });
});

describe('Handler_timeout_ms', () => {
  it('answers for a handler that does not', async () => {
    const { app, clock, connect } = await open({ Handler_timeout_ms: 1000 });
    app.handle('Slow', () => new Promise(() => undefined));
    const peer = await connect();
    peer.ask('Slow');
    await clock.advance(1000);
    expect(peer.log).toEqual([expect.stringContaining('1000 ms (Limits.Handler_timeout_ms)')]);
  });
});

describe('Idle_timeout_ms', () => {
  it('names peer, limit and key', async () => {
    const { clock, connect } = await open({ Idle_timeout_ms: 1000 });
    const peer = await connect();
    peer.request(1, 'Nobody');
    await clock.settle();
    test.failures.length = 0;
    await clock.advance(1500);
    expect(messages()).toEqual([
      expect.stringMatching(/^127\.0\.0\.1:\d+: .*1000 ms \(Limits\.Idle_timeout_ms\)$/),
    ]);
    expect(peer.log.at(-1)).toBe('goaway 1');
  });

  it('does not end a connection whose handler runs, or whose frame is under way', async () => {
    const { app, clock, connect, codes } = await open({ Idle_timeout_ms: 1000, Frame_timeout_ms: 60_000 });
    app.handle('Slow', () => new Promise(() => undefined));
    app.handle('Quick', () => 1);
    const [running, sending] = [await connect(), await connect()];
    running.request(1, 'Slow');
    sending.request(1, 'Quick');
    await clock.settle();
    begin(sending, 1000, 1);
    await clock.advance(5000);
    expect(codes()).toEqual([]);
  });
});
