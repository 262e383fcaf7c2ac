import { EMPTY, NEVER, Observable, Subject, concat, of, throwError } from 'rxjs';
import type { RxcometError } from '../../../src/errors/RxcometError';
import { defineAction, t } from '../../../src/streams/messages/defineAction';
import { HandlerChain } from '../../../src/streams/dispatch/HandlerChain';
import { Observation } from '../../../src/streams/messages/TrafficObserver';
import {
  Exchange,
  type NextOutcome,
  Registration,
  type ReplyPort,
} from '../../../src/streams/dispatch/Exchange';
import type { Handler, HandlerOptions } from '../../../src/streams/messages/Handler';
import { HandlerRegistry } from '../../../src/streams/dispatch/HandlerRegistry';
import { Message } from '../../../src/streams/messages/Message';
import { createVirtualClock } from '../../support/createVirtualClock';

interface SetUp {
  readonly handlerTimeoutMs?: number;
  readonly streamIdleMs?: number;
  readonly outcome?: NextOutcome;
}

/** A chain with a port that writes down what it is told. */
function setUp(options: SetUp = {}) {
  const { handlerTimeoutMs = 1000, streamIdleMs = 0 } = options;
  let { outcome = 'taken' } = options;
  const clock = createVirtualClock();
  const registry = new HandlerRegistry();
  const reported: RxcometError[] = [];
  const deadLetters: string[] = [];
  const log: string[] = [];
  let writable: (() => void) | undefined;
  let released = 0;
  const port: ReplyPort = {
    result: (_exchange, value) => void log.push(`result ${JSON.stringify(value)}`),
    next: (_exchange, value) => {
      if (outcome === 'overflow') return outcome;
      log.push(`next ${JSON.stringify(value)}`);
      return outcome;
    },
    complete: () => void log.push('complete'),
    error: (_exchange, code, message) => void log.push(`error ${code} ${message}`),
    released: () => {
      released += 1;
    },
    whenWritable: (callback) => {
      writable = callback;
    },
  };
  const chain = new HandlerChain({
    observation: new Observation(),
    registry,
    clock,
    handlerTimeoutMs,
    streamIdleMs,
    abortGraceMs: 1000,
    report: (error) => reported.push(error),
    onDeadLetter: ({ message }) => deadLetters.push(message.action),
  });
  const handle = (action: string, handler: Handler, options: HandlerOptions = {}): Registration => {
    const name = action === '*' ? undefined : action;
    const { concurrency = Infinity, urgent = false } = options;
    const registration = new Registration(name, handler, { concurrency, urgent });
    registry.add(registration);
    return registration;
  };
  const dispatch = (action: string, value: unknown = 1, dialect: 'native' | 'comet' = 'native'): Exchange => {
    const exchange = new Exchange(port, chain);
    exchange.message = new Message<unknown, unknown>(
      {
        action,
        value,
        dialect,
        peer: '127.0.0.9:1',
        host: '127.0.0.2:2',
        id: 1,
        key: undefined,
        redelivered: false,
        receivedAt: 0,
        trace: undefined,
      },
      exchange,
    );
    chain.start(exchange);
    return exchange;
  };
  return {
    clock,
    registry,
    chain,
    handle,
    dispatch,
    log,
    reported,
    deadLetters,
    released: () => released,
    setOutcome: (next: NextOutcome) => (outcome = next),
    becomeWritable: () => writable?.(),
  };
}

/** Whole turns, since pulling a generator leaves others their turn now and then. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('the order of answers', () => {
  it('takes the first answer that is not undefined or null, and asks nobody after it', () => {
    const { handle, dispatch, log, released } = setUp();
    const asked: string[] = [];
    handle('A', () => void asked.push('first'));
    handle('*', () => (asked.push('star'), null));
    handle('A', () => (asked.push('third'), 0));
    handle('A', () => (asked.push('never'), 'late'));
    dispatch('A');
    expect(asked).toEqual(['first', 'star', 'third']);
    expect(log).toEqual(['result 0']);
    expect(released()).toBe(1);
  });

  it('awaits promises and asks on when they bring nothing', async () => {
    const { handle, dispatch, log } = setUp();
    handle('A', async () => undefined);
    handle('A', async () => 'second');
    dispatch('A');
    await settle();
    expect(log).toEqual(['result "second"']);
  });

  it.each<[string, string, Handler]>([
    ['of the action that answers nothing', 'A', () => undefined],
    ['of the action that answers null', 'A', () => null],
    ['for "*" that answers nothing', '*', () => undefined],
    ['for "*" whose promise brings nothing', '*', async () => undefined],
    ['for "*" whose stream is empty', '*', () => EMPTY],
  ])('answers null when a handler %s took the message', async (_, action, call) => {
    const { handle, dispatch, log, deadLetters } = setUp();
    handle(action, call);
    dispatch('A');
    await settle();
    expect(log).toEqual(['result null']);
    expect(deadLetters).toEqual([]);
  });

  it('answers null when the handler that took the message was for that one only', () => {
    const { handle, dispatch, log, deadLetters } = setUp();
    const registration = handle('*', () => {
      registration.removed = true;
    });
    dispatch('A');
    expect(log).toEqual(['result null']);
    expect(deadLetters).toEqual([]);
  });

  it('acknowledges the failure of a handler though one for "*" took the message', () => {
    const { handle, dispatch, log, deadLetters } = setUp();
    handle('*', () => undefined);
    handle('A', () => {
      throw new Error('stuck');
    });
    dispatch('A');
    expect(log).toEqual(['error ERR_HANDLER_FAILED stuck']);
    expect(deadLetters).toEqual([]);
  });

  it.each([
    ['native', 'error ERR_UNKNOWN_ACTION no handler for action "A"'],
    ['comet', 'result null'],
  ] as const)(
    'tells a %s peer that no handler saw the message, and makes a dead letter',
    (dialect, expected) => {
      const { handle, dispatch, log, deadLetters } = setUp();
      handle('*', () => undefined).removed = true;
      dispatch('A', 1, dialect);
      expect(log).toEqual([expected]);
      expect(deadLetters).toEqual(['A']);
    },
  );

  it.each(['__proto__', 'constructor', 'toString', '*', ''])(
    'treats %j from the wire as a name like any other',
    (name) => {
      const { handle, dispatch, deadLetters } = setUp();
      handle('A', () => 'not this one');
      dispatch(name);
      expect(deadLetters).toEqual([name]);
    },
  );
});

describe('failures', () => {
  it('acknowledges the first failure when nobody answered, with the code of the thrown error', () => {
    const { handle, dispatch, log, reported } = setUp();
    handle('A', () => {
      throw Object.assign(new Error('stage is locked'), { code: 'E_LOCKED' });
    });
    handle('A', () => {
      throw new Error('second');
    });
    dispatch('A');
    expect(log).toEqual(['error E_LOCKED stage is locked']);
    expect(reported.map(({ code }) => code)).toEqual(['ERR_HANDLER_FAILED', 'ERR_HANDLER_FAILED']);
  });

  it('lets a later handler answer after a failure, and still reports it', async () => {
    const { handle, dispatch, log, reported } = setUp();
    handle('A', () => Promise.reject(new Error('first')));
    handle('A', () => 'second');
    dispatch('A');
    await settle();
    expect(log).toEqual(['result "second"']);
    expect(reported).toHaveLength(1);
  });

  it('stays deaf to nothing after a failure: the next message is handled', () => {
    const { handle, dispatch, log } = setUp();
    let calls = 0;
    handle('A', () => {
      calls += 1;
      if (calls === 1) throw new Error('once');
      return 'fine';
    });
    dispatch('A');
    dispatch('A');
    expect(log).toEqual(['error ERR_HANDLER_FAILED once', 'result "fine"']);
  });

  it('ends a handler that gives no answer in time, aborts its signal, and frees the slot only when it has settled', async () => {
    const { handle, dispatch, log, clock, released, chain } = setUp({ handlerTimeoutMs: 500 });
    let finish: (value: string) => void = () => undefined;
    let signal: AbortSignal | undefined;
    handle('A', (_value, message) => {
      signal = message.signal;
      return new Promise((resolve) => (finish = resolve));
    });
    dispatch('A');
    await clock.advance(499);
    expect(log).toEqual([]);
    await clock.advance(1);
    expect(log).toEqual([
      'error ERR_HANDLER_TIMEOUT the handler of "A" gave no answer within 500 ms (Limits.Handler_timeout_ms)',
    ]);
    expect(signal?.aborted).toBe(true);
    expect(released()).toBe(0);
    finish('late');
    await settle();
    expect(released()).toBe(1);
    expect(log).toHaveLength(1);
    expect(chain.droppedAnswers).toBe(1);
  });

  it('says nothing of a handler that rejects because its signal was aborted', async () => {
    const { handle, dispatch, chain, reported, released } = setUp();
    handle(
      'A',
      (_value, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    );
    const exchange = dispatch('A');
    chain.cancel(exchange, new Error('gone'));
    await settle();
    expect(reported).toEqual([]);
    expect(released()).toBe(1);
  });
});

describe('streams of results', () => {
  it('passes results on one by one and completes', () => {
    const { handle, dispatch, log, released } = setUp();
    handle('A', () => of(1, undefined, null, 2));
    dispatch('A');
    expect(log).toEqual(['next 1', 'next null', 'next 2', 'complete']);
    expect(released()).toBe(1);
  });

  it('asks on after an empty stream', () => {
    const { handle, dispatch, log } = setUp();
    handle('A', () => new Observable<never>((subscriber) => subscriber.complete()));
    handle('A', () => 'second');
    dispatch('A');
    expect(log).toEqual(['result "second"']);
  });

  it('ends a stream that fails midway with an error, and asks nobody else', () => {
    const { handle, dispatch, log } = setUp();
    handle('A', () =>
      concat(
        of(1),
        throwError(() => new Error('lamp broke')),
      ),
    );
    handle('A', () => 'never');
    dispatch('A');
    expect(log).toEqual(['next 1', 'error ERR_HANDLER_FAILED lamp broke']);
  });

  it('unsubscribes when the peer cancels, and frees the slot at once', () => {
    const { handle, dispatch, chain, log, released } = setUp();
    const results = new Subject<number>();
    handle('A', () => results);
    const exchange = dispatch('A');
    results.next(1);
    chain.cancel(exchange, new Error('cancelled'));
    expect(results.observed).toBe(false);
    expect(released()).toBe(1);
    expect(log).toEqual(['next 1']);
  });

  it('ends an Observable whose results overflow with ERR_RESULT_OVERFLOW', () => {
    const { handle, dispatch, log, setOutcome } = setUp();
    const results = new Subject<number>();
    handle('A', () => results);
    dispatch('A');
    results.next(1);
    setOutcome('overflow');
    results.next(2);
    expect(results.observed).toBe(false);
    expect(log[1]).toMatch(/^error ERR_RESULT_OVERFLOW /);
  });

  it('pulls an AsyncIterable only while the peer reads', async () => {
    const { handle, dispatch, log, setOutcome, becomeWritable } = setUp({ outcome: 'behind' });
    let pulled = 0;
    handle('A', async function* () {
      while (pulled < 3) yield (pulled += 1);
    });
    dispatch('A');
    await settle();
    expect(pulled).toBe(1);
    becomeWritable();
    await settle();
    expect(pulled).toBe(2);
    setOutcome('taken');
    becomeWritable();
    await settle();
    expect(log).toEqual(['next 1', 'next 2', 'next 3', 'complete']);
  });

  it('returns a cancelled generator, so that its finally runs', async () => {
    const { handle, dispatch, chain, released, becomeWritable } = setUp({ outcome: 'behind' });
    let cleanedUp = false;
    handle('A', async function* () {
      try {
        for (;;) yield 1;
      } finally {
        cleanedUp = true;
      }
    });
    const exchange = dispatch('A');
    await settle();
    chain.cancel(exchange, new Error('gone'));
    becomeWritable();
    await settle();
    expect(cleanedUp).toBe(true);
    expect(released()).toBe(1);
  });

  it('ends a stream that falls silent when Stream_idle_ms is set', async () => {
    const { handle, dispatch, log, clock } = setUp({ streamIdleMs: 100 });
    handle('A', () => concat(of(1), NEVER));
    dispatch('A');
    await clock.advance(100);
    expect(log[1]).toBe(
      'error ERR_STREAM_IDLE the results of "A" were silent for 100 ms (Limits.Stream_idle_ms)',
    );
  });

  it('does not count the handler timeout against a stream that has begun', async () => {
    const { handle, dispatch, log, clock } = setUp({ handlerTimeoutMs: 100 });
    const results = new Subject<number>();
    handle('A', () => results);
    dispatch('A');
    results.next(1);
    await clock.advance(1000);
    results.complete();
    expect(log).toEqual(['next 1', 'complete']);
  });
});

describe('concurrency', () => {
  it('lets messages wait for a handler with concurrency 1, in order, and drops a cancelled one', async () => {
    const { handle, dispatch, chain, log, released } = setUp();
    const finish: (() => void)[] = [];
    handle('A', (value) => new Promise((resolve) => finish.push(() => resolve(value))), { concurrency: 1 });
    dispatch('A', 'first');
    const second = dispatch('A', 'second');
    dispatch('A', 'third');
    expect(finish).toHaveLength(1);
    chain.cancel(second, new Error('not wanted'));
    expect(released()).toBe(1);
    finish[0]?.();
    await settle();
    expect(finish).toHaveLength(2);
    finish[1]?.();
    await settle();
    expect(log).toEqual(['result "first"', 'result "third"']);
    expect(released()).toBe(3);
  });

  it('times out a message that waits for its turn', async () => {
    const { handle, dispatch, log, clock } = setUp({ handlerTimeoutMs: 100 });
    handle('A', () => new Promise(() => undefined), { concurrency: 1 });
    dispatch('A');
    dispatch('A');
    await clock.advance(100);
    expect(log.filter((line) => line.startsWith('error ERR_HANDLER_TIMEOUT'))).toHaveLength(2);
  });
});

describe('contracts and answers by hand', () => {
  it('refuses a value that does not fit without calling the handler', () => {
    const { registry, dispatch, log } = setUp();
    const contract = defineAction('A', { value: t.type({ axis: t.string }), ack: t.number });
    const handler = jest.fn(() => 1);
    registry.add(new Registration('A', handler, { contract }));
    dispatch('A', { axis: 5 });
    expect(handler).not.toHaveBeenCalled();
    expect(log).toEqual([
      'error ERR_BAD_VALUE the value of "A" does not fit its contract at $.axis: expected string',
    ]);
  });

  it('refuses an answer that does not fit', () => {
    const { registry, dispatch, log } = setUp();
    const contract = defineAction('A', { ack: t.number });
    registry.add(new Registration('A', () => 'five', { contract }));
    dispatch('A');
    expect(log).toEqual([
      'error ERR_BAD_VALUE the acknowledgement of "A" does not fit its contract at $: expected number',
    ]);
  });

  it('takes message.ack and message.fail as answers, the first one only', () => {
    const { handle, dispatch, chain, log, released } = setUp();
    handle('A', (_value, message) => {
      message.ack('by hand');
      message.fail(new Error('too late'));
    });
    dispatch('A');
    expect(log).toEqual(['result "by hand"']);
    expect(chain.droppedAnswers).toBe(1);
    expect(released()).toBe(1);
  });

  it('keeps the message of a stream handler open until it is acknowledged', () => {
    const { registry, dispatch, log, released } = setUp();
    const seen: Message[] = [];
    registry.add(new Registration('A', (_value, message) => seen.push(message), { claims: true }));
    dispatch('A');
    expect(log).toEqual([]);
    expect(released()).toBe(0);
    seen[0]?.ack('stored');
    expect(log).toEqual(['result "stored"']);
    expect(released()).toBe(1);
  });
});
