import { type Shape, checkArgument, checkOptions, shapes } from '../runtime/checkArguments';
import { AssertionError } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import type { ActorContext } from '../actors/behaviour';
import type { ActorRef, AnyActorRef, Termination } from '../actors/ActorRef';
import type { ActorSystem } from '../actors/ActorSystem';

const systemShape: Shape = {
  expected: 'a system of createActorSystem',
  fits: (value) => shapes.object.fits(value) && 'spawn' in (value as object),
};

/** Options of a probe. */
export interface TestProbeOptions<M, R> {
  /** Its name under /user; made up by default. */
  readonly name?: string;
  /** Answers asks; default: every ask gets null. */
  readonly answer?: (message: M) => R;
  /** How long the expectations wait by default. Milliseconds on the system's clock; default 3000. */
  readonly withinMs?: number;
}

/** An actor that keeps what it gets, so that a test can ask for it. Made by `createTestProbe`. */
export interface TestProbe<M, R = null> {
  /** Hand it to the actors under test. */
  readonly ref: ActorRef<M, R>;
  /** The next message, waiting for it if need be; rejects with an AssertionError when none comes in time. */
  receiveMessage(withinMs?: number): Promise<M>;
  /** The next message, which has to be deeply equal to `expected`. */
  expectMessage(expected: M, withinMs?: number): Promise<M>;
  /** Rejects if a message is there or comes within `forMs` (default 100). */
  expectNoMessage(forMs?: number): Promise<void>;
  /** Waits for another actor's end. */
  expectTerminated(ref: AnyActorRef, withinMs?: number): Promise<Termination>;
}

/**
 * A probe to stand in for an actor in tests. It waits on the system's clock, so in virtual time start an
 * expectation, move the clock, then await it.
 *
 * @example
 * const probe = createTestProbe<string>(system);
 * stage.tell({ type: 'report', to: probe.ref });
 * await probe.expectMessage('homed');
 */
export function createTestProbe<M, R = null>(
  system: ActorSystem,
  options: TestProbeOptions<M, R> = {},
): TestProbe<M, R> {
  checkArgument('createTestProbe: the system', system, systemShape);
  checkOptions('createTestProbe', options, {
    name: shapes.text,
    answer: shapes.callback,
    withinMs: shapes.amount,
  });
  const { name, answer, withinMs: defaultMs = 3000 } = options;
  const { clock } = system;
  const messages: M[] = [];
  const waiting: ((message: M) => void)[] = [];

  const receive = (_: undefined, message: M, context: ActorContext<M, R>): void => {
    if (answer !== undefined) context.reply(answer(message));
    const next = waiting.shift();
    if (next === undefined) messages.push(message);
    else next(message);
  };
  const behaviour = { initial: () => undefined, receive };
  const ref = name === undefined ? system.spawn(behaviour) : system.spawn(name, behaviour);

  const receiveMessage = (withinMs = defaultMs): Promise<M> =>
    new Promise((resolve, reject) => {
      if (messages.length > 0) {
        resolve(messages.shift() as M);
        return;
      }
      const taken = (message: M): void => {
        clock.clearTimeout(timer);
        resolve(message);
      };
      const timer = clock.setTimeout(
        () => {
          waiting.splice(waiting.indexOf(taken), 1);
          reject(failure(`no message for ${ref.path} within ${withinMs} ms`, receiveMessage));
        },
        withinMs,
        { ref: true },
      );
      waiting.push(taken);
    });

  return {
    ref,
    receiveMessage,
    async expectMessage(expected, withinMs) {
      const actual = await receiveMessage(withinMs);
      if (isDeepStrictEqual(actual, expected)) return actual;
      throw new AssertionError({ actual, expected, operator: 'deepStrictEqual' });
    },
    async expectNoMessage(forMs = 100) {
      const got = await receiveMessage(forMs).then(
        (message) => ({ message }),
        () => undefined,
      );
      if (got === undefined) return;
      throw new AssertionError({
        message: `${ref.path} got a message within ${forMs} ms`,
        actual: got.message,
        expected: undefined,
      });
    },
    expectTerminated: (other, withinMs = defaultMs) =>
      new Promise((resolve, reject) => {
        const timer = clock.setTimeout(
          () => {
            subscription.unsubscribe();
            reject(failure(`${other.path} has not ended within ${withinMs} ms`, receiveMessage));
          },
          withinMs,
          { ref: true },
        );
        const subscription = other.terminated$.subscribe((termination) => {
          clock.clearTimeout(timer);
          resolve(termination);
        });
      }),
  };
}

function failure(message: string, stackStartFn: (...args: never[]) => unknown): AssertionError {
  return new AssertionError({ message, stackStartFn });
}
