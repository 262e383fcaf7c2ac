import { acknowledge } from '../../../src/streams/operators/acknowledge';
import { Message } from '../../../src/streams/messages/Message';
import { marbles } from '../../support/marbles';

function messages(): { readonly log: string[]; message(value: string): Message<string, string> } {
  const log: string[] = [];
  return {
    log,
    message: (value) =>
      new Message<string, string>(
        {
          action: 'A',
          value,
          peer: 'p',
          host: 'h',
          id: 1,
          key: undefined,
          redelivered: false,
          receivedAt: 0,
          dialect: 'native',
          trace: undefined,
        },
        {
          acknowledge: (answer) => void log.push(`${value}: ${String(answer)}`),
          fail: (error) => void log.push(`${value} failed: ${(error as Error).message}`),
          signal: () => new AbortController().signal,
          onReleased: () => undefined,
        },
      ),
  };
}

it('acknowledges each message and passes it on; completes and errors with its source', () => {
  const { log, message } = messages();
  const [a, b] = [message('a'), message('b')];
  marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('-a-b-|', { a, b });
    expectObservable(source.pipe(acknowledge(({ value }) => value.toUpperCase()))).toBe('-a-b-|', { a, b });
    expectSubscriptions(source.subscriptions).toBe('^----!');
    const failing = hot<Message>('-#');
    expectObservable(failing.pipe(acknowledge())).toBe('-#');
  });
  expect(log).toEqual(['a: A', 'b: B']);
});

it('completes with an empty source, waits with a silent one, and unsubscribes early', () => {
  marbles(({ cold, expectObservable, expectSubscriptions }) => {
    const empty = cold<Message>('|');
    const silent = cold<Message>('-----');
    expectObservable(empty.pipe(acknowledge())).toBe('|');
    expectObservable(silent.pipe(acknowledge()), '^--!').toBe('----');
    expectSubscriptions(silent.subscriptions).toBe('^--!');
  });
});

it('acknowledges each message of a batch', () => {
  const { log, message } = messages();
  const batch = [message('a'), message('b')];
  marbles(({ hot, expectObservable }) => {
    const source = hot('-b-|', { b: batch });
    expectObservable(source.pipe(acknowledge(({ value }) => `${value}!`))).toBe('-b-|', { b: batch });
  });
  expect(log).toEqual(['a: a!', 'b: b!']);
});

it('fails only the message for which project throws, and goes on', () => {
  const { log, message } = messages();
  const [a, b] = [message('a'), message('b')];
  marbles(({ hot, expectObservable }) => {
    const result = hot('ab|', { a, b }).pipe(
      acknowledge(({ value }) => {
        if (value === 'a') throw new Error('mine');
        return value;
      }),
    );
    expectObservable(result).toBe('ab|', { a, b });
  });
  expect(log).toEqual(['a failed: mine', 'b: b']);
});

it('awaits a promise, and gives null without project', async () => {
  const { log, message } = messages();
  marbles(({ hot }) => {
    hot('a', { a: message('a') })
      .pipe(acknowledge(() => Promise.resolve('later')))
      .subscribe();
    hot('b', { b: message('b') })
      .pipe(acknowledge(() => Promise.reject(new Error('late'))))
      .subscribe();
    hot('c', { c: message('c') })
      .pipe(acknowledge())
      .subscribe();
  });
  await Promise.resolve();
  await Promise.resolve();
  expect(log).toEqual(['c: undefined', 'a: later', 'b failed: late']);
});
