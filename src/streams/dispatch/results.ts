import { limitName } from '../../runtime/limitNames';
import { Observable } from 'rxjs';
import type { Exchange, NextOutcome } from './Exchange';
import { ResultOverflow } from '../../errors/handling';
import { fairStep } from '../../runtime/fairStep';
import { GuardedSubscriber } from '../../runtime/guards';
import { quoteName } from '../../runtime/names';

/**
 * What becomes of the results of a handler that answers with several. After `failed` or `ended` nothing more
 * comes.
 */
export interface ResultTaker {
  /** Throws what is wrong with a result. */
  next(value: unknown): NextOutcome;
  failed(error: unknown): void;
  ended(): void;
  /** Something went wrong that changes nothing. */
  readonly report: (error: unknown) => void;
}

/** The error of an action whose results come faster than its peer reads them. */
function resultOverflow(action: string): ResultOverflow {
  return new ResultOverflow(
    `the results of ${quoteName(action)} come faster than the peer reads: more than ${limitName('maxUnsentBytes')} are waiting; return an AsyncIterable, which is pulled as the peer reads`,
  );
}

/**
 * So many results are pulled of an AsyncIterable for a message that wants none, then it counts as endless.
 */
const UNWANTED_RESULTS = 10_000;

function endless(action: string): ResultOverflow {
  return new ResultOverflow(
    `${quoteName(action)} wants no result (ack: none), and ${UNWANTED_RESULTS} were pulled without an end; ask for the acknowledgement, or end the generator`,
  );
}

/**
 * Answers a message with what an AsyncIterable gives, pulled only while the peer reads, and so that one which
 * never waits leaves others their turns. From now on `exchange.stopWork` ends it; its slot is free when the
 * pending `next()` has settled.
 */
export async function pullResults(
  exchange: Exchange,
  iterable: AsyncIterable<unknown>,
  taker: ResultTaker,
): Promise<void> {
  let iterator: AsyncIterator<unknown, unknown> | undefined;
  let stopped = false;
  let pulled = 0;
  let wake: (() => void) | undefined;
  // return() asks a generator to run its finally.
  const giveBack = async (): Promise<void> => {
    try {
      await iterator?.return?.();
    } catch (error) {
      taker.report(error);
    }
  };
  exchange.stopWork = () => {
    if (stopped) return;
    stopped = true;
    wake?.();
    void giveBack();
  };
  try {
    const opened: AsyncIterator<unknown, unknown> = exchange.within(() => iterable[Symbol.asyncIterator]());
    iterator = opened;
    const next = (): Promise<IteratorResult<unknown, unknown>> => opened.next();
    for (;;) {
      const { done, value } = await exchange.within(next);
      if (done === true || stopped) break;
      const turn = fairStep();
      if (turn !== undefined) await turn;
      if (stopped) break;
      pulled += 1;
      if (exchange.noAck && pulled > UNWANTED_RESULTS) throw endless(exchange.message.action);
      if (value === undefined) continue;
      const outcome = taker.next(value);
      if (outcome === 'overflow') throw resultOverflow(exchange.message.action);
      if (outcome === 'taken') continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
        exchange.port.whenWritable(resolve);
      });
      if (stopped) break;
    }
  } catch (error) {
    if (!stopped) {
      stopped = true;
      await giveBack();
    }
    taker.failed(error);
    return;
  }
  taker.ended();
}

/**
 * Answers a message with what an Observable emits, as it comes. From now on `exchange.stopWork` unsubscribes.
 */
export function subscribeResults(
  exchange: Exchange,
  observable: Observable<unknown>,
  taker: ResultTaker,
): void {
  let over = false;
  const failed = (error: unknown): void => {
    if (over) return;
    over = true;
    subscriber.unsubscribe();
    taker.failed(error);
  };
  const subscriber = new GuardedSubscriber<unknown>(
    {
      next: (value) => {
        if (over || value === undefined) return;
        try {
          if (taker.next(value) === 'overflow') failed(resultOverflow(exchange.message.action));
        } catch (error) {
          failed(error);
        }
      },
      error: failed,
      complete: () => {
        if (over) return;
        over = true;
        taker.ended();
      },
    },
    taker.report,
  );
  exchange.stopWork = () => {
    over = true;
    subscriber.unsubscribe();
    taker.ended();
  };
  try {
    exchange.within(() => subscriber.follow(observable));
  } catch (error) {
    if (over) taker.report(error);
    else failed(error);
  }
}

/**
 * As `from` of rxjs, but an iterable that never waits leaves others their turns, and gets `return()` as soon
 * as nobody wants it any more; what that throws is reported.
 */
export function pulledFrom<T>(iterable: AsyncIterable<T>, report: (error: unknown) => void): Observable<T> {
  return new Observable((subscriber) => {
    const iterator: AsyncIterator<T, unknown> = iterable[Symbol.asyncIterator]();
    let ended = false;
    const run = async (): Promise<void> => {
      for (;;) {
        const { done, value } = await iterator.next();
        ended ||= done === true;
        if (ended || subscriber.closed) break;
        subscriber.next(value as T);
        await fairStep();
      }
      subscriber.complete();
    };
    run().catch((error: unknown) => {
      ended = true;
      subscriber.error(error);
    });
    const giveBack = async (): Promise<void> => {
      await iterator.return?.();
    };
    return () => {
      if (!ended) giveBack().catch(report);
    };
  });
}

/** The forms of a handler's answer that take time. */
export type SlowAnswer =
  | { readonly kind: 'promise'; readonly promise: PromiseLike<unknown> }
  | { readonly kind: 'observable'; readonly observable: Observable<unknown> }
  | { readonly kind: 'iterable'; readonly iterable: AsyncIterable<unknown> };

/** Tells a promise, an Observable or an AsyncIterable from a plain value, for which it gives undefined. */
export function slowAnswer(answer: object): SlowAnswer | undefined {
  const candidate = answer as {
    readonly then?: unknown;
    readonly subscribe?: unknown;
    readonly pipe?: unknown;
    readonly [Symbol.asyncIterator]?: unknown;
  };
  if (typeof candidate.then === 'function')
    return { kind: 'promise', promise: answer as PromiseLike<unknown> };
  if (typeof candidate.subscribe === 'function' && typeof candidate.pipe === 'function') {
    return { kind: 'observable', observable: answer as Observable<unknown> };
  }
  if (typeof candidate[Symbol.asyncIterator] === 'function') {
    return { kind: 'iterable', iterable: answer as AsyncIterable<unknown> };
  }
  return undefined;
}
