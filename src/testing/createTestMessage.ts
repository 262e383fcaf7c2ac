import { checkArgument, checkOptions, oneOf, shapes } from '../runtime/checkArguments';
import { Message, type MessageFields } from '../streams/messages/Message';

/** The facts of a message that matter to the test; each has a default. */
export type TestMessageFields = Partial<Omit<MessageFields<unknown>, 'action' | 'value'>>;

/** A message for a handler under test, and what became of it. */
export interface TestMessage<V = unknown, A = unknown> {
  /** Hand it to the handler. */
  readonly message: Message<V, A>;
  /** What `message.ack` was called with first; rejects with what `message.fail` was. */
  readonly answer: Promise<A | undefined>;
  /** The peer gives up: `message.signal` aborts with the reason. */
  cancel(reason?: unknown): void;
  /** The message is over: callbacks of `message.onReleased` are called. */
  release(): void;
}

/**
 * Builds a message as a host makes it, so that a handler can be called in a unit test as the plain function
 * that it is.
 *
 * @param fields default: peer 127.0.0.1:50000, host 127.0.0.1:65432, id 1, no key, received now, native.
 * @throws BadOption (ERR_BAD_OPTION) for an action that is no text, or a field that is none.
 * @example
 * const { message, answer } = createTestMessage('Move', { mm: 4 }, { key: 'a1' });
 * move(message.value, message);
 * console.log(await answer);
 */
export function createTestMessage<V = unknown, A = unknown>(
  action: string,
  value: V,
  fields: TestMessageFields = {},
): TestMessage<V, A> {
  checkArgument('createTestMessage: the action', action, shapes.text);
  checkOptions('createTestMessage', fields, fieldShapes);
  const controller = new AbortController();
  const callbacks: (() => void)[] = [];
  let acknowledge = (_value: A | undefined): void => undefined;
  let fail = (_error: unknown): void => undefined;
  const answer = new Promise<A | undefined>((resolve, reject) => {
    acknowledge = resolve;
    fail = reject;
  });
  // A test that looks at the message alone need not await its failure.
  answer.catch(() => undefined);
  const message = new Message<V, A>(
    {
      ...{ peer: '127.0.0.1:50000', host: '127.0.0.1:65432', id: 1, key: undefined, redelivered: false },
      ...{ receivedAt: Date.now(), dialect: 'native', trace: undefined },
      ...fields,
      action,
      value,
    },
    {
      acknowledge: (given) => acknowledge(given as A | undefined),
      fail: (error) => fail(error),
      signal: () => controller.signal,
      onReleased: (callback) => void callbacks.push(callback),
    },
  );
  return {
    message,
    answer,
    cancel: (reason) => controller.abort(reason),
    release() {
      for (const callback of callbacks.splice(0)) callback();
    },
  };
}

const fieldShapes = {
  peer: shapes.text,
  host: shapes.text,
  id: shapes.count,
  key: shapes.text,
  redelivered: shapes.flag,
  receivedAt: shapes.amount,
  dialect: oneOf('comet', 'native'),
  trace: shapes.text,
};
