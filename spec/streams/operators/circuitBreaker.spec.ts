import { NEVER, Observable, Subject, concat, defer, of, take, throwError } from 'rxjs';
import {
  AckTimeout,
  CircuitOpen,
  ConnectionClosed,
  PeerUnreachable,
  QueueFull,
  RemoteError,
} from '../../../src/errors/sending';
import { BadOption } from '../../../src/errors/setUp';
import {
  type CircuitBreakerOptions,
  type CircuitState,
  circuitBreaker,
} from '../../../src/streams/operators/circuitBreaker';
import { retrySend } from '../../../src/streams/operators/retrySend';
import { createVirtualClock } from '../../support/createVirtualClock';
import { marbles } from '../../support/marbles';

const fields = { client: 'Stage', action: 'Move', delivered: 'unknown' } as const;
const late = new AckTimeout('no answer', fields);
const closed = new ConnectionClosed('it ended', fields);
const unreachable = new PeerUnreachable('nobody there', { ...fields, delivered: 'no' });
const refused = new RemoteError('no such axis', { ...fields, delivered: 'yes', remoteCode: '' });
const full = new QueueFull('no room', { ...fields, delivered: 'no' });

/** A breaker that opens at the second failure, for 100 ms; `send` says what came of a source at once. */
function set(options: CircuitBreakerOptions = {}) {
  const clock = createVirtualClock();
  const breaker = circuitBreaker({ failures: 2, windowMs: 1000, openMs: 100, clock, ...options });
  const states: CircuitState['kind'][] = [];
  breaker.state$.subscribe(({ kind }) => states.push(kind));
  let subscribed = 0;
  const send = (source: Observable<unknown> | Error): unknown => {
    let seen: unknown;
    const observable = source instanceof Error ? throwError(() => source) : source;
    const counted = defer(() => {
      subscribed += 1;
      return observable;
    });
    counted
      .pipe(breaker)
      .subscribe({ next: (value) => (seen = value), error: (error: unknown) => (seen = error) });
    return seen instanceof CircuitOpen ? seen.code : seen;
  };
  return { clock, breaker, states, send, subscribed: () => subscribed };
}

const OPEN = 'ERR_CIRCUIT_OPEN';

describe('circuitBreaker whose state$ is listened to', () => {
  it('lets one probe through, and not a second one that a subscriber sends as it opens half', () => {
    const { clock, breaker, send, subscribed } = set();
    send(late);
    send(late);
    clock.jump(100);
    const nested: unknown[] = [];
    breaker.state$.subscribe(({ kind }) => {
      if (kind === 'half-open') nested.push(send(NEVER));
    });
    send(NEVER);
    expect(nested).toEqual([OPEN]);
    expect(subscribed()).toBe(3);
  });
});

describe('circuitBreaker while closed', () => {
  it('hands on values, errors and the end, and unsubscribes', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const { breaker } = set();
      const source = cold('-a-b-|');
      expectObservable(source.pipe(breaker)).toBe('-a-b-|');
      expectObservable(source.pipe(breaker), '^-!').toBe('-a');
      expectSubscriptions(source.subscriptions).toBe(['^----!', '^-!']);
      expectObservable(cold('--#', {}, late).pipe(breaker)).toBe('--#', {}, late);
      expectObservable(cold('|').pipe(breaker)).toBe('|');
      expectObservable(cold('-').pipe(breaker)).toBe('-');
    });
  });

  it('ends a source that emits within subscribe as soon as nobody listens', () => {
    let emitted = 0;
    const source = new Observable<number>((subscriber) => {
      while (!subscriber.closed && emitted < 1000) subscriber.next((emitted += 1));
    });
    source.pipe(set().breaker, take(1)).subscribe();
    expect(emitted).toBe(1);
  });

  it.each([late, closed, unreachable])('counts $name', (error) => {
    const { send, states } = set();
    expect([send(error), send(error), send(of(1))]).toEqual([error, error, OPEN]);
    expect(states).toEqual(['closed', 'open']);
  });

  it.each([refused, full, new Error('a codec threw')])('does not count $name', (error) => {
    const { send, states } = set();
    for (let times = 0; times < 5; times += 1) expect(send(error)).toBe(error);
    expect(states).toEqual(['closed']);
  });

  it.each<[string, Observable<unknown>]>([
    ['a result', of(1)],
    ['the first of many results', concat(of(1), NEVER)],
    ['an end without results', of()],
    ['an error of the peer', throwError(() => refused)],
  ])('counts anew after %s', (_what, answer) => {
    const { send, states } = set();
    send(late);
    send(answer);
    send(late);
    expect(states).toEqual(['closed']);
    send(late);
    expect(states).toEqual(['closed', 'open']);
  });

  it('goes on counting after what says nothing of the peer', () => {
    const { send, states } = set();
    send(late);
    send(full);
    send(late);
    expect(states).toEqual(['closed', 'open']);
  });

  it('forgets failures older than windowMs', async () => {
    const { send, states, clock } = set({ windowMs: 50 });
    send(late);
    await clock.advance(51);
    send(late);
    expect(states).toEqual(['closed']);
    await clock.advance(50);
    send(late);
    expect(states).toEqual(['closed', 'open']);
  });

  it('counts what isFailure says, and errors with what it throws', () => {
    const { send, states } = set({ isFailure: ({ code }) => code === 'ERR_REMOTE' });
    for (const error of [late, late, refused, refused]) send(error);
    expect(states).toEqual(['closed', 'open']);
    const thrown = new Error('isFailure');
    const throwing = set({
      isFailure: () => {
        throw thrown;
      },
    });
    expect(throwing.send(late)).toBe(thrown);
  });

  it.each<CircuitBreakerOptions>([{ failures: 0 }, { windowMs: 0 }, { openMs: NaN }, { halfOpenTries: 0 }])(
    'refuses %j',
    (options) => expect(() => circuitBreaker(options)).toThrow(BadOption),
  );
});

describe('circuitBreaker while open', () => {
  it('fails at once and sends nothing, and says why and until when', () => {
    const { send, breaker, subscribed, clock } = set();
    send(late);
    send(late);
    let error: unknown;
    of(1)
      .pipe(breaker)
      .subscribe({ error: (reason: unknown) => (error = reason) });
    expect(error).toMatchObject({ code: OPEN, client: 'Stage', delivered: 'no', cause: late });
    expect(breaker.state).toEqual({ kind: 'open', until: clock.wallTime() + 100, cause: late });
    expect(send(of(1))).toBe(OPEN);
    expect(subscribed()).toBe(2);
  });

  it('does not heed what was sent before it opened', () => {
    const { send, states } = set();
    const [answered, failed] = [new Subject(), new Subject()];
    send(answered);
    send(failed);
    send(late);
    send(late);
    answered.next(1);
    failed.error(late);
    expect(states).toEqual(['closed', 'open']);
  });

  it('keeps no timer', () => {
    const { send, clock } = set();
    send(late);
    send(late);
    expect(clock.pending).toBe(0);
  });

  it('closes when the next send after openMs is answered', async () => {
    const { send, states, clock } = set();
    send(late);
    send(late);
    await clock.advance(99);
    expect(send(of(1))).toBe(OPEN);
    await clock.advance(1);
    expect(send(of(1))).toBe(1);
    expect(states).toEqual(['closed', 'open', 'half-open', 'closed']);
    // It counts from nothing.
    send(late);
    expect(states).toHaveLength(4);
  });
});

describe('circuitBreaker while half-open', () => {
  async function halfOpen(options: CircuitBreakerOptions = {}) {
    const parts = set(options);
    parts.send(late);
    parts.send(late);
    await parts.clock.advance(100);
    parts.states.length = 0;
    return parts;
  }

  it('lets one send through at a time', async () => {
    const { send, states } = await halfOpen();
    const probe = new Subject();
    send(probe);
    expect([send(of(1)), send(of(1))]).toEqual([OPEN, OPEN]);
    probe.next('back');
    expect(states).toEqual(['half-open', 'closed']);
    expect(send(of(1))).toBe(1);
  });

  it('opens again for openMs when the probe fails', async () => {
    const { send, states, clock } = await halfOpen();
    expect(send(late)).toBe(late);
    expect(states).toEqual(['half-open', 'open']);
    await clock.advance(99);
    expect(send(of(1))).toBe(OPEN);
    await clock.advance(1);
    expect(send(of(1))).toBe(1);
  });

  it('wants halfOpenTries answers in a row', async () => {
    const { send, states, clock } = await halfOpen({ halfOpenTries: 2 });
    send(of(1));
    send(late);
    expect(states).toEqual(['half-open', 'open']);
    await clock.advance(100);
    send(of(1));
    expect(states).toEqual(['half-open', 'open', 'half-open']);
    send(throwError(() => refused));
    expect(states).toEqual(['half-open', 'open', 'half-open', 'closed']);
  });

  it.each<[string, (breaker: ReturnType<typeof circuitBreaker>) => void]>([
    ['is unsubscribed', (breaker) => NEVER.pipe(breaker).subscribe().unsubscribe()],
    [
      'fails with what says nothing of the peer',
      (breaker) =>
        throwError(() => full)
          .pipe(breaker)
          .subscribe({ error: () => undefined }),
    ],
  ])('lets the next one try when a probe %s', async (_what, probe) => {
    const { breaker, send, states } = await halfOpen();
    probe(breaker);
    expect(states).toEqual(['half-open']);
    expect(send(of(1))).toBe(1);
    expect(states).toEqual(['half-open', 'closed']);
  });
});

describe('retrySend behind a circuitBreaker', () => {
  it('waits until it lets a send through', async () => {
    const { breaker, send, clock } = set();
    send(late);
    send(late);
    let result: unknown;
    of('back')
      .pipe(breaker, retrySend({ clock, minDelayMs: 60, jitter: 0 }))
      .subscribe((value) => (result = value));
    await clock.advance(100);
    expect(result).toBeUndefined();
    await clock.advance(100);
    expect(result).toBe('back');
  });
});
