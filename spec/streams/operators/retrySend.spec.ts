import { Observable, asyncScheduler, concat, defer, of, take, throwError, type Subscription } from 'rxjs';
import {
  AckTimeout,
  RemoteError,
  SendAborted,
  type SendErrorFields,
  Unencodable,
} from '../../../src/errors/sending';
import { BadOption } from '../../../src/errors/setUp';
import type { Clock } from '../../../src/runtime/Clock';
import { createRetryBudget } from '../../../src/streams/operators/createRetryBudget';
import { retrySend, type RetrySendOptions } from '../../../src/streams/operators/retrySend';
import { createVirtualClock } from '../../support/createVirtualClock';
import { marbles } from '../../support/marbles';
import { openTestApp, stopNow } from '../../support/openTestApp';

const fields = (delivered: SendErrorFields['delivered'], key?: string): SendErrorFields => ({
  client: 'Peer',
  action: 'A',
  delivered,
  key,
});
const notSent = new AckTimeout('waited in vain', fields('no'));
const perhapsSent = new AckTimeout('no answer', fields('unknown'));
const perhapsSentKeyed = new AckTimeout('no answer', fields('unknown', 'k'));
const remote = (remoteCode: string, key?: string): RemoteError =>
  new RemoteError('refused', { ...fields('yes', key), remoteCode });

/** A clock whose time is that of the marbles. */
const marbleClock: Clock = {
  now: () => asyncScheduler.now(),
  wallTime: () => asyncScheduler.now(),
  setTimeout: (callback, delayMs) => asyncScheduler.schedule(callback, delayMs),
  clearTimeout: (handle) => (handle as Subscription | undefined)?.unsubscribe(),
};

/** Time and lot stand still: each pause is its full length. */
const plain = (options: RetrySendOptions = {}): RetrySendOptions => ({
  clock: createVirtualClock(),
  jitter: 0,
  ...options,
});

/** Subscribes at once; counts the subscriptions of the source. */
function watch(source: Observable<unknown>, options: RetrySendOptions) {
  const seen = { tries: 0, values: [] as unknown[], error: undefined as unknown, completed: false };
  const counted = defer(() => {
    seen.tries += 1;
    return source;
  });
  const subscription = counted.pipe(retrySend(options)).subscribe({
    next: (value) => seen.values.push(value),
    error: (error: unknown) => (seen.error = error),
    complete: () => (seen.completed = true),
  });
  return { seen, subscription };
}

/** Fails with the errors one after the other, then emits 'ok'. */
function failing(...errors: unknown[]): Observable<unknown> {
  return defer(() => (errors.length > 0 ? throwError(() => errors.shift()) : of('ok')));
}

describe('retrySend', () => {
  it('hands on values and the end of what does not fail', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-|');
      expectObservable(source.pipe(retrySend(plain()))).toBe('-a-b-|');
      expectSubscriptions(source.subscriptions).toBe('^----!');
      expectObservable(cold('|').pipe(retrySend(plain()))).toBe('|');
      expectObservable(cold('-').pipe(retrySend(plain()))).toBe('-');
    });
  });

  it('ends the try under way when it is unsubscribed', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-----a|');
      expectObservable(source.pipe(retrySend(plain())), '^--!').toBe('----');
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('ends a source that emits within subscribe as soon as nobody listens', () => {
    let emitted = 0;
    const source = new Observable<number>((subscriber) => {
      while (!subscriber.closed && emitted < 1000) subscriber.next((emitted += 1));
    });
    source.pipe(retrySend(plain()), take(1)).subscribe();
    expect(emitted).toBe(1);
  });

  it('pauses longer after each failure, up to the longest pause, and then hands on the last error', async () => {
    const clock = createVirtualClock();
    const begun: number[] = [];
    const errors = Array.from({ length: 5 }, () => new AckTimeout('waited in vain', fields('no')));
    const source = defer(() => {
      begun.push(clock.now());
      return throwError(() => errors[begun.length - 1]);
    });
    const { seen } = watch(source, { clock, tries: 5, minDelayMs: 100, maxDelayMs: 300, jitter: 0 });
    await clock.advance(10_000);
    expect(begun).toEqual([0, 100, 300, 600, 900]);
    expect(seen.error).toBe(errors[4]);
    expect(clock.pending).toBe(0);
  });

  it('spreads each pause to both sides', async () => {
    const clock = createVirtualClock();
    const draws = [0, 0.5, 0.999];
    const begun: number[] = [];
    const source = defer(() => {
      begun.push(clock.now());
      return throwError(() => notSent);
    });
    watch(source, { clock, minDelayMs: 100, jitter: 0.5, random: () => draws.shift() ?? 0 });
    await clock.advance(10_000);
    // Drawn: half of 100, the whole of 200, nearly one and a half of 400.
    expect(begun).toEqual([0, 50, 250, 850]);
  });

  it('ends a pause when it is unsubscribed', async () => {
    const clock = createVirtualClock();
    const { seen, subscription } = watch(failing(notSent), { clock });
    subscription.unsubscribe();
    expect(clock.pending).toBe(0);
    await clock.advance(10_000);
    expect(seen).toMatchObject({ tries: 1, values: [] });
  });

  it('begins no try after withinMs, and does not wait for that either', async () => {
    const clock = createVirtualClock();
    const { seen } = watch(
      failing(notSent, notSent, notSent),
      plain({ clock, minDelayMs: 100, withinMs: 299 }),
    );
    await clock.advance(100);
    expect(seen).toMatchObject({ tries: 2, error: notSent });
  });

  it.each<[string, unknown]>([
    ['has not left', notSent],
    ['may have been handled and carries a key', perhapsSentKeyed],
    ['was turned away by a busy host and carries a key', remote('ERR_TOO_MANY_CONNECTIONS', 'k')],
    ['was turned away by a host about to stop and carries a key', remote('ERR_APP_STOPPING', 'k')],
  ])('sends again what %s', async (_what, error) => {
    const clock = createVirtualClock();
    const { seen } = watch(failing(error), { clock });
    await clock.advance(1000);
    expect(seen).toEqual({ tries: 2, values: ['ok'], error: undefined, completed: true });
  });

  it.each<[string, unknown]>([
    ['may have been handled', perhapsSent],
    ['was refused by a handler, key or not', remote('ERR_HANDLER_FAILED', 'k')],
    ['was turned away without a key', remote('ERR_TOO_MANY_CONNECTIONS')],
    ['cannot be written as JSON', new Unencodable('it is cyclic')],
    ['was aborted by its own signal', new SendAborted('its signal was aborted', fields('no'))],
    ['failed with an error of somebody else', new Error('a codec threw')],
    ['failed with what is no Error at all', 'text'],
  ])('hands on at once the error of what %s', (_what, error) => {
    expect(watch(failing(error), plain()).seen).toMatchObject({ tries: 1, error });
  });

  it('does not repeat results: an error after the first one passes', () => {
    const source = concat(
      of(1),
      throwError(() => perhapsSentKeyed),
    );
    expect(watch(source, plain()).seen).toMatchObject({ tries: 1, values: [1], error: perhapsSentKeyed });
  });

  it('asks `when` in place of its own judgement, but only where sending again is safe', async () => {
    const clock = createVirtualClock();
    const keyed = remote('ERR_HANDLER_FAILED', 'k');
    const asked: unknown[] = [];
    const when = (error: unknown): boolean => asked.push(error) > 0;
    const again = watch(failing(keyed), { clock, when });
    const unsafe = watch(failing(perhapsSent), { clock, when });
    await clock.advance(1000);
    expect(again.seen).toMatchObject({ tries: 2, values: ['ok'] });
    expect(unsafe.seen).toMatchObject({ tries: 1, error: perhapsSent });
    expect(asked).toEqual([keyed]);
  });

  it('errors with what `when` throws', () => {
    const thrown = new Error('when');
    const when = (): boolean => {
      throw thrown;
    };
    expect(watch(failing(notSent), plain({ when })).seen).toMatchObject({ tries: 1, error: thrown });
  });

  it('runs on marbles', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--#', {}, notSent);
      const options = { clock: marbleClock, tries: 3, minDelayMs: 2, jitter: 0 };
      expectObservable(source.pipe(retrySend(options))).toBe('------------#', {}, notSent);
      expectSubscriptions(source.subscriptions).toBe(['^-!', '----^-!', '----------^-!']);
    });
  });

  it.each<RetrySendOptions>([
    { tries: 0 },
    { tries: NaN },
    { minDelayMs: -1 },
    { minDelayMs: 2, maxDelayMs: 1 },
    { maxDelayMs: 2 ** 31 },
    { jitter: 1.1 },
    { withinMs: -1 },
  ])('refuses %j', (options) => {
    expect(() => retrySend(options)).toThrow(BadOption);
  });
});

it('retrySend keeps the type of what it is piped to, also one operator for all sends', () => {
  const again = retrySend();
  const lengths: number[] = [];
  of('four')
    .pipe(again)
    .subscribe((text) => lengths.push(text.length));
  of([1, 2])
    .pipe(again)
    .subscribe((list) => lengths.push(list.length));
  expect(lengths).toEqual([4, 2]);
});

describe('the budget of retrySend', () => {
  it('lets an error through at once when it is spent, and is shared by all sends of one operator', async () => {
    const clock = createVirtualClock();
    const budget = createRetryBudget({ ratio: 0, minPerSecond: 0, capacity: 3, clock });
    const again = retrySend({ clock, budget, tries: 3 });
    let tries = 0;
    const source = defer(() => {
      tries += 1;
      return throwError(() => notSent);
    });
    const errors: unknown[] = [];
    for (let send = 0; send < 10; send += 1)
      source.pipe(again).subscribe({ error: (error: unknown) => errors.push(error) });
    expect(errors).toHaveLength(7);
    await clock.advance(10_000);
    expect({ tries, errors: errors.length }).toEqual({ tries: 13, errors: 10 });
  });

  it('lets through no more than its ratio of the messages, whatever the number of tries', async () => {
    const clock = createVirtualClock();
    const budget = createRetryBudget({ ratio: 0.1, minPerSecond: 0, capacity: 10, clock });
    const again = retrySend({ clock, budget, tries: 100, minDelayMs: 1, maxDelayMs: 1 });
    let tries = 0;
    const source = defer(() => {
      tries += 1;
      return throwError(() => notSent);
    });
    for (let send = 0; send < 1000; send += 1) {
      source.pipe(again).subscribe({ error: () => undefined });
      clock.jump(1);
    }
    await clock.advance(10_000);
    // The 10 it held, and a tenth of 1000.
    expect(tries - 1000).toBeLessThanOrEqual(110);
    expect(tries - 1000).toBeGreaterThanOrEqual(105);
  });

  it('fills with time up to its capacity', async () => {
    const clock = createVirtualClock();
    const budget = createRetryBudget({ ratio: 0.5, minPerSecond: 2, capacity: 4, clock });
    for (let spent = 0; spent < 4; spent += 1) expect(budget.withdraw()).toBe(true);
    expect(budget.withdraw()).toBe(false);
    budget.deposit();
    expect(budget.left).toBe(0);
    budget.deposit();
    expect(budget.left).toBe(1);
    await clock.advance(1000);
    expect(budget.left).toBe(3);
    await clock.advance(100_000);
    expect(budget.left).toBe(4);
  });

  it.each([{ ratio: -1 }, { minPerSecond: NaN }, { capacity: 0 }])('refuses %j', (options) => {
    expect(() => createRetryBudget(options)).toThrow(BadOption);
  });
});

describe('retrySend behind a send', () => {
  it('sends again with the same key, which the error tells', async () => {
    const test = await openTestApp({ client: { Ack_timeout_ms: 50 } });
    const { app, clock } = test;
    const keys: unknown[] = [];
    app.handle('Move', (_value, { key }) => (keys.push(key) < 3 ? new Promise(() => undefined) : 'moved'));
    const results: unknown[] = [];
    const send = app.peer('Peer').send('Move', 1, { key: 'move-1' });
    send.pipe(retrySend({ clock })).subscribe((result) => results.push(result));
    await clock.advance(5000);
    expect({ keys, results }).toEqual({ keys: ['move-1', 'move-1', 'move-1'], results: ['moved'] });

    const errors: unknown[] = [];
    const unkeyed = app.peer('Peer').send('Never', 1);
    app.handle('Never', () => new Promise(() => undefined));
    unkeyed.pipe(retrySend({ clock })).subscribe({ error: (error: unknown) => errors.push(error) });
    await clock.advance(5000);
    expect(errors).toMatchObject([{ code: 'ERR_ACK_TIMEOUT', delivered: 'unknown', key: undefined }]);
    await stopNow(test);
  });
});
