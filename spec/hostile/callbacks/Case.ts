import { filter, firstValueFrom, timeout } from 'rxjs';
import type { Failure } from 'rxcomet';
import { createMemoryTransport } from 'rxcomet/testing';
import { readProperty } from '../../../src/runtime/describeError';
import { openTestApp, stopNow, type TestApp, type TestAppOptions } from '../../support/openTestApp';

/**
 * Puts `fail`, which throws, where users hand in code of their own, and sees that everything else goes on.
 * Gives what was told of it: codes of failures, lines of the log, or the error that the caller got; `nobody`
 * where there is nobody left to be told.
 */
export type Case = (fail: () => never) => Promise<readonly unknown[] | 'nobody'>;

/** Cases by what {@link publicCallbacks} calls the place. */
export type Cases = Readonly<Record<string, Case>>;

/** A test app with an action `Echo`, which the case must leave at work. */
export async function withApp(
  options: TestAppOptions,
  use: (test: TestApp, log: unknown[]) => Promise<readonly unknown[] | 'nobody' | void>,
): Promise<readonly unknown[] | 'nobody'> {
  const log: unknown[] = [];
  const line = (_fields: object, text: string): void => void log.push(text);
  const logger = { debug: line, info: () => undefined, warn: line, error: line };
  const test = await openTestApp({ logger, ...options });
  test.app.handle('Echo', (value) => value);
  const { app } = test;
  const told = await use(test, log);
  const { ip, port } = app.address;
  expect({ ip, port }).toEqual({ ip: '127.0.0.2', port: 65432 });
  expect(await app.peer('Peer').ask('Echo', 'goes on', { timeoutMs: 60_000 })).toBe('goes on');
  const stopped = await stopNow(test);
  expect(Object.keys(stopped)).toEqual(['finished', 'aborted', 'undelivered']);
  expect(test.clock.pending).toBe(0);
  return told ?? [...test.codes(), ...log];
}

/** How a promise ended; of what it rejected with the code only, since the rest may be hostile. */
interface End {
  readonly ended: 'resolved' | 'rejected';
  readonly code: unknown;
}

export const RESOLVED: End = { ended: 'resolved', code: undefined };

export async function endOf(promise: Promise<unknown>): Promise<End> {
  return promise.then(
    () => RESOLVED,
    (error: unknown) => ({ ended: 'rejected', code: readProperty(error, 'code') }),
  );
}

/** What a function throws. */
export function caught(throws: () => never): unknown {
  try {
    return throws();
  } catch (error) {
    return error;
  }
}

/** Waits for a failure with a code. */
export function failure(test: TestApp, code: string): Promise<Failure> {
  const found = test.failures.find((one) => one.code === code);
  if (found !== undefined) return Promise.resolve(found);
  return firstValueFrom(
    test.app.failures$.pipe(
      filter((one) => one.code === code),
      timeout(5000),
    ),
  );
}

/** The network in memory that both sides of a case share. */
export const network = createMemoryTransport;
