import { createApp, parseConfig, type App } from 'rxcomet';
import { createMemoryTransport } from 'rxcomet/testing';
import { firstValueFrom, interval, map } from 'rxjs';
import { silentLogger } from '../../src/runtime/Logger';

const ADDRESS = { IP: '127.0.0.2', Port: 65432 };

let host: App;
let client: App;
/** So that a test which fails does not go on for ever. */
let over = false;

async function open(limits: object = {}): Promise<void> {
  const transport = createMemoryTransport();
  const options = { transport, logger: silentLogger };
  host = createApp(parseConfig({ Socket_connection: { Host: { ...ADDRESS, Limits: limits } } }), options);
  client = createApp(parseConfig({ Socket_connection: { Client: { Peer: ADDRESS } } }), options);
  host.handle('Echo', (value) => value);
  await host.start();
}

/** Gives up after so many results, so that a host that is frozen comes free again and the test can fail. */
const MANY = 3_000_000;

beforeEach(() => {
  over = false;
});

afterEach(async () => {
  over = true;
  await client.stop({ graceMs: 0 });
  await host.stop({ graceMs: 0 });
});

describe('a generator with nothing to await', () => {
  it.each([
    ['undefined, because it polls a queue that is empty', undefined],
    ['results that nobody reads', 'result'],
  ])('that yields %s leaves timers, sockets and other messages their turns', async (_what, result) => {
    await open();
    let pulled = 0;
    host.handle('Poll', async function* () {
      while (!over && pulled < MANY) {
        pulled += 1;
        yield result;
      }
    });
    const polling = client
      .peer('Peer')
      .send('Poll')
      .subscribe({ error: () => undefined });
    await client.peer('Peer').ask('Echo', 1);
    const before = pulled;
    let turns = 0;
    while (turns < 100) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(pulled).toBeGreaterThan(before);
    expect(pulled).toBeLessThan(MANY);
    expect(await client.peer('Peer').ask('Echo', 2)).toBe(2);
    polling.unsubscribe();
  });

  it('in slices of time as well, when each result takes long', async () => {
    await open();
    let pulled = 0;
    host.handle('Slow', async function* () {
      while (!over && pulled < 200) {
        pulled += 1;
        const until = performance.now() + 20;
        while (performance.now() < until);
        yield undefined;
      }
    });
    const sent = client
      .peer('Peer')
      .send('Slow')
      .subscribe({ error: () => undefined });
    await client.peer('Peer').ask('Echo', 1);
    expect(pulled).toBeLessThan(20);
    sent.unsubscribe();
  });

  it('as a pipeline leaves them their turns too', async () => {
    await open();
    let pulled = 0;
    const removed = host.handleStream('Poll', async function* () {
      while (!over && pulled < MANY) {
        pulled += 1;
        yield undefined;
      }
    });
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(pulled).toBeLessThan(MANY);
    expect(await client.peer('Peer').ask('Echo', 1)).toBe(1);
    removed.unsubscribe();
  });

  it('runs its finally when nobody wants it any more, and frees its place', async () => {
    await open({ Max_in_flight: 1 });
    let ended = 0;
    let pulled = 0;
    host.handle('Poll', async function* () {
      try {
        for (; !over && pulled < MANY; pulled += 1) yield undefined;
      } finally {
        ended += 1;
      }
    });
    const polling = client
      .peer('Peer')
      .send('Poll')
      .subscribe({ error: () => undefined });
    await new Promise((resolve) => setTimeout(resolve, 1));
    polling.unsubscribe();
    expect(await client.peer('Peer').ask('Echo', 1)).toBe(1);
    expect(ended).toBe(1);
  });
});

describe('a message that wants no result', () => {
  it('lets a generator run to its end', async () => {
    await open();
    let steps = 0;
    host.handle('Sweep', async function* () {
      for (steps = 0; steps < 500; steps += 1) yield steps;
    });
    client.peer('Peer').tell('Sweep', 1, { confirm: false });
    await client.stop({ graceMs: 5000 });
    await host.stop({ graceMs: 5000 });
    expect(steps).toBe(500);
  });

  it.each<[string, (pull: () => number) => unknown]>([
    [
      'a generator that yields results',
      async function* (pull) {
        for (let count = 0; !over && count < MANY; count = pull()) yield count;
      },
    ],
    [
      'a generator that polls',
      async function* (pull) {
        for (let count = 0; !over && count < MANY; count = pull()) yield undefined;
      },
    ],
    ['an Observable', (pull) => interval(1).pipe(map(pull))],
  ])('ends %s that has no end, and tells so', async (_what, answer) => {
    await open({ Handler_timeout_ms: 500 });
    let pulled = 0;
    // Only a peer that has shown that it is native is told that no acknowledgement is wanted.
    await client.peer('Peer').ask('Echo', 1);
    const failed = firstValueFrom(host.failures$);
    host.handle('Endless', () => answer(() => (pulled += 1)) as AsyncIterable<unknown>);
    client.peer('Peer').tell('Endless', 1, { confirm: false });
    const failure = await failed;
    expect(['ERR_HANDLER_TIMEOUT', 'ERR_RESULT_OVERFLOW']).toContain(failure.code);
    expect(failure.error.message).toMatch(/wants no result|Handler_timeout_ms/);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const atEnd = pulled;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(pulled).toBe(atEnd);
    expect((await host.stop({ graceMs: 1000 })).aborted).toBe(0);
  });
});
