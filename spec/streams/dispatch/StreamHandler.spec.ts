import { EMPTY, NEVER, Observable, bufferCount, map, of, take, tap, throwError, timer } from 'rxjs';
import type { Message } from '../../../src/streams/messages/Message';
import { acknowledge } from '../../../src/streams/operators/acknowledge';
import { defineAction, t } from '../../../src/streams/messages/defineAction';
import type { FramePeer } from '../../support/FramePeer';
import { openTestApp, stopNow, type TestApp } from '../../support/openTestApp';

let test: TestApp;
let peer: FramePeer;
let nextId: number;

async function open(limits: Readonly<Record<string, unknown>> = {}): Promise<void> {
  test = await openTestApp({ host: { Limits: limits, Heartbeat_ms: 0 } });
  peer = await test.connect();
  peer.request(1, 'Nobody');
  await test.clock.settle();
  peer.frames.length = 0;
  test.failures.length = 0;
  nextId = 2;
}

async function send(...values: unknown[]): Promise<void> {
  for (const value of values) {
    peer.request(nextId, 'M', value);
    nextId += 1;
  }
  await test.clock.settle();
}

afterEach(async () => {
  await stopNow(test);
  expect(test.clock.pending).toBe(0);
});

describe('a stream handler', () => {
  it('acknowledges each message, also in batches', async () => {
    await open();
    test.app.handleStream('M', (message$) =>
      message$.pipe(
        bufferCount(2),
        acknowledge((message) => `stored ${String(message.value)}`),
      ),
    );
    await send(1);
    expect(peer.log).toEqual([]);
    await send(2);
    expect(peer.log).toEqual(['2 {"result":"stored 1"}', '3 {"result":"stored 2"}']);
  });

  it('claims every message it gets: handlers after it are not asked, those before it are', async () => {
    await open();
    const asked: string[] = [];
    test.app.handle('M', () => void asked.push('before'));
    test.app.handleStream('M', (message$) => message$.pipe(acknowledge()));
    test.app.handle('M', () => void asked.push('after'));
    await send(1);
    expect(asked).toEqual(['before']);
    expect(peer.log).toEqual(['2 {"result":null}']);
  });

  it('leaves what it does not acknowledge to Handler_timeout_ms', async () => {
    await open({ Handler_timeout_ms: 500 });
    const seen: Message[] = [];
    test.app.handleStream('M', (message$) => message$.pipe(tap((message) => seen.push(message))));
    await send(1);
    await test.clock.advance(500);
    expect(peer.log[0]).toMatch(/^error 2 \{"result":\{"code":"ERR_HANDLER_TIMEOUT"/);
    expect(seen[0]?.signal.aborted).toBe(true);
  });

  it('acknowledges null on arrival when told so', async () => {
    await open();
    const seen: unknown[] = [];
    test.app.handleStream('M', (message$) => message$.pipe(tap(({ value }) => seen.push(value))), {
      acknowledge: 'on-arrival',
    });
    await send(1, 2);
    expect(seen).toEqual([1, 2]);
    expect(peer.log).toEqual(['2 {"result":null}', '3 {"result":null}']);
  });

  it('fails its open messages when it errors, and goes on with the next after a delay', async () => {
    await open();
    let subscriptions = 0;
    test.app.handleStream('M', (message$) => {
      subscriptions += 1;
      return message$.pipe(
        tap(({ value }) => {
          if (value === 'poison') throw new Error('choked');
        }),
        map((message) => {
          if (message.value !== 'keep') message.ack(subscriptions);
        }),
      );
    });
    await send('keep', 'poison', 'next');
    expect(peer.log.map((line) => line.slice(0, 7))).toEqual(['error 2', 'error 3']);
    expect(peer.log[0]).toContain('choked');
    await test.clock.advance(99);
    expect(subscriptions).toBe(1);
    await test.clock.advance(1);
    expect(subscriptions).toBe(2);
    expect(peer.log[2]).toBe('4 {"result":2}');
  });

  it('waits longer after each failure in a row, up to 10 s, and starts anew once a message got through', async () => {
    await open({ Handler_timeout_ms: 3_600_000 });
    const at: number[] = [];
    let healthy = false;
    test.app.handleStream('M', (message$) => {
      at.push(test.clock.now());
      return message$.pipe(
        acknowledge(),
        tap(() => {
          if (!healthy) throw new Error('down');
        }),
      );
    });
    const delays = (): number[] => at.slice(1).map((time, index) => time - (at[index] ?? 0));
    for (let round = 0; round < 9; round += 1) {
      peer.request(nextId, 'M', 1);
      nextId += 1;
      await test.clock.advance(10_000);
    }
    expect(delays().length).toBeGreaterThan(0);
    healthy = true;
    await send(1);
    healthy = false;
    at.length = 0;
    at.push(test.clock.now());
    await send(1);
    await test.clock.advance(100);
    expect(delays()).toEqual([100]);
  });

  it('keeps growing its delay while messages that wait for it are cancelled', async () => {
    await open();
    const at: number[] = [];
    test.app.handleStream('M', () => {
      at.push(test.clock.now());
      return throwError(() => new Error('down'));
    });
    for (let round = 0; round < 6; round += 1) {
      await send(round);
      peer.send({ cancel: nextId - 1 });
      await test.clock.advance(400);
    }
    expect(at.slice(0, 5)).toEqual([0, 100, 300, 700, 1500]);
    expect(test.codes().every((code) => code === 'ERR_HANDLER_FAILED')).toBe(true);
  });

  it('keeps the slot of what waits for it to be subscribed anew, also with on-arrival', async () => {
    await open({ Max_in_flight: 2 });
    let subscriptions = 0;
    const seen: unknown[] = [];
    test.app.handleStream(
      'M',
      (message$) => {
        subscriptions += 1;
        return subscriptions === 1
          ? throwError(() => new Error('down'))
          : message$.pipe(tap(({ value }) => seen.push(value)));
      },
      { acknowledge: 'on-arrival' },
    );
    await send(1, 2, 3);
    expect(peer.log).toEqual([]);
    await test.clock.advance(100);
    expect(seen).toEqual([1, 2, 3]);
    expect(peer.log).toHaveLength(3);
  });

  it('is removed when it completes; what it has open fails', async () => {
    await open();
    const subscription = test.app.handleStream('M', (message$) => message$.pipe(take(2)));
    await send(1, 2);
    expect(subscription.closed).toBe(true);
    expect(peer.log.map((line) => line.slice(0, 7))).toEqual(['error 2', 'error 3']);
    await send(3);
    expect(peer.log[2]).toContain('ERR_UNKNOWN_ACTION');
  });

  it.each<[string, Observable<unknown>]>([
    ['EMPTY', EMPTY],
    ['of', of(1)],
  ])('that completes at once (%s) is removed at once', async (_name, stream) => {
    await open();
    const subscription = test.app.handleStream('M', () => stream);
    expect(subscription.closed).toBe(true);
    await send(1);
    expect(peer.log[0]).toContain('ERR_UNKNOWN_ACTION');
  });

  it('is unsubscribed with its subscription, and fails what it has open', async () => {
    await open();
    let unsubscribed = false;
    const subscription = test.app.handleStream(
      'M',
      (message$) =>
        new Observable((subscriber) => {
          subscriber.add(message$.subscribe());
          return () => (unsubscribed = true);
        }),
    );
    await send(1);
    subscription.unsubscribe();
    await test.clock.settle();
    expect(unsubscribed).toBe(true);
    expect(peer.log[0]).toContain('was removed');
  });

  it('survives a build function that throws, and tells so', async () => {
    await open();
    let built = 0;
    test.app.handleStream('M', (message$) => {
      built += 1;
      if (built === 1) throw new Error('not yet');
      return message$.pipe(acknowledge(() => 'ok'));
    });
    await send(1);
    await test.clock.advance(100);
    expect(peer.log).toEqual(['2 {"result":"ok"}']);
    expect(test.codes()).toEqual(['ERR_HANDLER_FAILED']);
  });

  it('gives values and acknowledgements through its contract', async () => {
    await open();
    const contract = defineAction('M', { value: t.number, ack: t.string });
    test.app.handleStream(contract, (message$) =>
      message$.pipe(acknowledge((message) => (message.value > 1 ? 'big' : (5 as unknown as string)))),
    );
    await send('text', 2, 1);
    expect(peer.log[0]).toContain('ERR_BAD_VALUE');
    expect(peer.log[1]).toBe('3 {"result":"big"}');
    expect(peer.log[2]).toMatch(/^error 4 .*ERR_BAD_VALUE.*acknowledgement/);
  });

  it('holds no slot for a message that somebody acknowledged before it came here', async () => {
    await open({ Max_in_flight: 1 });
    test.app.messages$.subscribe((message) => {
      if (message.value === 'early') message.ack('at once');
    });
    test.app.handleStream('M', (message$) => message$.pipe(acknowledge(() => 'stream')));
    await send('early', 'next');
    expect(peer.log).toEqual(['2 {"result":"at once"}', '3 {"result":"stream"}']);
  });

  it('tells everybody who asked when a message is over, also when one of them throws', async () => {
    await open();
    const over: string[] = [];
    test.app.messages$.subscribe((message) => {
      message.onReleased(() => over.push('first'));
      message.onReleased(() => {
        throw new Error('mine');
      });
      message.onReleased(() => over.push('third'));
    });
    test.app.handleStream('M', (message$) => message$.pipe(acknowledge()));
    await send(1);
    expect(over).toEqual(['first', 'third']);
    expect(peer.log).toEqual(['2 {"result":null}']);
    expect(test.codes()).toEqual(['ERR_HANDLER_FAILED']);
  });
});

describe('a handler of any kind', () => {
  it('may return a thenable that throws: that is its failure, not ours', async () => {
    await open();
    test.app.handle('M', () => ({
      then() {
        throw new Error('lazy');
      },
    }));
    await send(1);
    expect(peer.log[0]).toMatch(/^error 2 .*lazy/);
  });

  it('may return an Observable that emits without end within subscribe: it ends at the limit', async () => {
    await open({ Max_unsent_bytes: 10_000 });
    let emitted = 0;
    test.app.handle(
      'M',
      () =>
        new Observable<number>((subscriber) => {
          while (!subscriber.closed && emitted < 1_000_000) subscriber.next((emitted += 1));
        }),
    );
    peer.link.pause();
    await send(1);
    expect(emitted).toBeLessThan(100_000);
    peer.link.resume();
    await test.clock.settle();
    expect(test.codes()).toEqual(['ERR_RESULT_OVERFLOW']);
  });

  it('may return an AsyncIterable whose return throws at once', async () => {
    await open();
    test.app.handle('M', () => ({
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<IteratorResult<unknown>>(() => undefined),
        return: () => {
          throw new Error('no return');
        },
      }),
    }));
    await send(1);
    peer.send({ cancel: 2 });
    await test.clock.settle();
    expect(test.codes()).toEqual(['ERR_HANDLER_FAILED']);
  });

  it('whose AsyncIterable waits for a peer that does not read gives its slot back when it is cancelled', async () => {
    await open({ Max_unsent_bytes: 100_000 });
    let over = false;
    test.app.messages$.subscribe((message) => message.onReleased(() => (over = true)));
    test.app.handle('M', async function* () {
      for (;;) yield 'x'.repeat(20_000);
    });
    peer.link.pause();
    await send(1);
    for (let turn = 0; turn < 10; turn += 1) await test.clock.settle();
    expect(over).toBe(false);
    void test.app.stop({ graceMs: 0 });
    await test.clock.advance(1);
    for (let turn = 0; turn < 10; turn += 1) await test.clock.settle();
    expect(over).toBe(true);
  });

  it.each([
    ['a promise', () => Promise.resolve(NEVER)],
    ['nothing else', () => timer(3_600_000)],
  ])('that never ends, given as %s, is cut off by cancel', async (_name, handler) => {
    await open();
    let over = false;
    test.app.messages$.subscribe((message) => message.onReleased(() => (over = true)));
    test.app.handle('M', handler);
    await send(1);
    peer.send({ cancel: 2 });
    await test.clock.settle();
    expect(over).toBe(true);
  });
});
