import { Observable, Subject, range, type Subscriber } from 'rxjs';
import type { Peer } from '../../../src/streams/client/Peer';
import { sendTo } from '../../../src/streams/operators/sendTo';
import { openTestApp, stopNow, type TestApp } from '../../support/openTestApp';
import { marbles } from '../../support/marbles';

/**
 * A peer as a test makes one up: its answers are marbles or made by hand, and values that wait are sent as
 * they are then.
 */
function peerOf(send: (value: string) => Observable<unknown>): Peer {
  return {
    name: 'Peer',
    send: (_action: string, value: string) => send(value),
  } as unknown as Peer;
}

/** A peer that answers when told so. */
function heldPeer() {
  const open: Subscriber<unknown>[] = [];
  const sent: unknown[] = [];
  let cancelled = 0;
  const peer = peerOf(
    (value) =>
      new Observable((subscriber) => {
        sent.push(value);
        open.push(subscriber);
        return () => (cancelled += 1);
      }),
  );
  const answer = async (): Promise<void> => {
    const subscriber = open.shift();
    subscriber?.next('ok');
    subscriber?.complete();
    await settle();
  };
  return { peer, sent, answer, cancelled: () => cancelled };
}

/** On a busy machine pulling leaves others their turn after each value. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('sendTo as an operator', () => {
  it('sends in order and emits results as they come', () => {
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const answers: Record<string, Observable<unknown>> = {
        a: cold('---(A|)'),
        b: cold('-(B|)'),
      };
      const source = hot('ab---|');
      const peer = peerOf((value) => answers[value] ?? cold('|'));
      expectObservable(source.pipe(sendTo(peer, 'P'))).toBe('--BA-|', { A: 'A', B: 'B' });
      expectSubscriptions(source.subscriptions).toBe('^----!');
    });
  });

  it('starts the next only when one has its answer, and completes with the last answer', () => {
    marbles(({ hot, cold, expectObservable }) => {
      const source = hot('(abc|)');
      const peer = peerOf((value) => cold('--(x|)', { x: value }));
      const result = source.pipe(sendTo(peer, 'P', { concurrency: 1 }));
      expectObservable(result).toBe('--a-b-(c|)');
    });
  });

  it('errors with the error of the source, and with the first failed send; the others are cancelled', () => {
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const slow = cold('----------|');
      const failing = cold('--#');
      const peer = peerOf((value) => (value === 'a' ? slow : failing));
      const source = hot('ab----');
      expectObservable(source.pipe(sendTo(peer, 'P'))).toBe('---#');
      expectSubscriptions(slow.subscriptions).toBe('^--!');
      expectSubscriptions(source.subscriptions).toBe('^--!');
      expectObservable(hot('--#').pipe(sendTo(peer, 'P'))).toBe('--#');
    });
  });

  it('cancels everything when it is unsubscribed', () => {
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const slow = cold('----------|');
      const source = hot('a-------');
      expectObservable(
        source.pipe(
          sendTo(
            peerOf(() => slow),
            'P',
          ),
        ),
        '^---!',
      ).toBe('-----');
      expectSubscriptions(slow.subscriptions).toBe('^---!');
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });

  it('completes with an empty source and never ends with a silent one', () => {
    marbles(({ cold, expectObservable }) => {
      const peer = peerOf(() => cold('|'));
      expectObservable(cold('--|').pipe(sendTo(peer, 'P'))).toBe('--|');
      expectObservable(cold('---').pipe(sendTo(peer, 'P'))).toBe('---');
    });
  });

  it('ends an Observable of which more waits than its capacity, also one that emits all at once', () => {
    const { peer, sent, cancelled } = heldPeer();
    let emitted = 0;
    const endless = new Observable<number>((subscriber) => {
      while (!subscriber.closed && emitted < 1_000_000) subscriber.next((emitted += 1));
    });
    const codes: unknown[] = [];
    endless.pipe(sendTo(peer, 'P', { concurrency: 2, capacity: 10 })).subscribe({
      error: (error: { code: string; delivered: string }) => codes.push(error.code, error.delivered),
    });
    expect(codes).toEqual(['ERR_QUEUE_FULL', 'no']);
    expect(sent).toEqual([1, 2]);
    expect(emitted).toBeLessThan(20);
    expect(cancelled()).toBe(2);
  });

  it('takes 50,000 values at once', async () => {
    const test: TestApp = await openTestApp();
    let count = 0;
    test.app.handle('P', () => (count += 1));
    let last: unknown;
    const done = new Promise<void>((resolve) =>
      range(1, 50_000)
        .pipe(sendTo(test.app.peer('Peer'), 'P'))
        .subscribe({ next: (value) => (last = value), complete: resolve }),
    );
    await done;
    expect([count, last]).toEqual([50_000, 50_000]);
    await stopNow(test);
  });

  it('refuses options that make no sense', () => {
    const { peer } = heldPeer();
    expect(() => sendTo(peer, 'P', { concurrency: 0 })).toThrow(/concurrency/);
    expect(() => sendTo(peer, 'P', { capacity: NaN })).toThrow(/capacity/);
  });
});

describe('sendTo with what can be pulled', () => {
  it('holds an async generator: the next value is taken only when there is room', async () => {
    const { peer, sent, answer } = heldPeer();
    let pulled = 0;
    async function* points() {
      while (pulled < 5) yield (pulled += 1);
    }
    const seen: unknown[] = [];
    sendTo(peer, 'P', { concurrency: 2 })(points()).subscribe({
      next: (value) => seen.push(value),
      complete: () => seen.push('end'),
    });
    await settle();
    expect(pulled).toBe(2);
    await answer();
    expect(pulled).toBe(3);
    for (let turn = 0; turn < 4; turn += 1) await answer();
    await settle();
    expect(sent).toEqual([1, 2, 3, 4, 5]);
    expect(seen).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'end']);
  });

  it('holds an iterable that never ends, and gives it back when unsubscribed', async () => {
    const { peer, sent, answer, cancelled } = heldPeer();
    let returned = false;
    function* endless() {
      try {
        for (let value = 1; ; value += 1) yield value;
      } finally {
        returned = true;
      }
    }
    const subscription = sendTo(peer, 'P', { concurrency: 3 })(endless()).subscribe();
    await settle();
    await answer();
    expect(sent).toEqual([1, 2, 3, 4]);
    subscription.unsubscribe();
    await settle();
    expect(returned).toBe(true);
    expect(cancelled()).toBe(4);
    expect(sent).toHaveLength(4);
  });

  it('completes with an empty one, and errors with what it throws', async () => {
    const { peer } = heldPeer();
    const seen: unknown[] = [];
    sendTo(peer, 'P')([]).subscribe({ complete: () => seen.push('end') });
    async function* broken(): AsyncGenerator<number> {
      await Promise.resolve();
      yield* [];
      throw new Error('lamp broke');
    }
    sendTo(peer, 'P')(broken()).subscribe({ error: (error: Error) => seen.push(error.message) });
    await settle();
    expect(seen).toEqual(['end', 'lamp broke']);
  });

  it('stops pulling at the first failure', async () => {
    const failure = new Subject<unknown>();
    let pulled = 0;
    function* points() {
      for (;;) yield (pulled += 1);
    }
    const errors: unknown[] = [];
    sendTo(
      peerOf(() => failure),
      'P',
      { concurrency: 1 },
    )(points()).subscribe({
      error: (error) => errors.push(error),
    });
    await settle();
    failure.error('no');
    await settle();
    expect(errors).toEqual(['no']);
    expect(pulled).toBe(1);
  });
});
