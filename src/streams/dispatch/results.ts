import { type Observable, type Subscription, takeWhile } from 'rxjs';
import type { Exchange, NextOutcome } from './Exchange';
import { ResultOverflow } from '../../errors/handling';
import { quoteName } from '../../runtime/names';

/** What becomes of the results of a handler that answers with several. After `failed` or `ended` nothing more comes. */
export interface ResultTaker {
  /** Throws what is wrong with a result. */
  next(value: unknown): NextOutcome;
  failed(error: unknown): void;
  ended(): void;
  /** Something went wrong that changes nothing. */
  report(error: unknown): void;
}

/** The error of an action whose results come faster than its peer reads them. */
function resultOverflow(action: string): ResultOverflow {
  return new ResultOverflow(
    `the results of ${quoteName(action)} come faster than the peer reads: more than Max_unsent_bytes are waiting; return an AsyncIterable, which is pulled as the peer reads`,
  );
}

/**
 * Answers a message with what an AsyncIterable gives, pulled only while the peer reads. From now on `exchange.stopWork` ends it; its slot
 * is free when the pending `next()` has settled.
 */
export async function pullResults(
  exchange: Exchange,
  iterable: AsyncIterable<unknown>,
  taker: ResultTaker,
): Promise<void> {
  let iterator: AsyncIterator<unknown, unknown> | undefined;
  let stopped = false;
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

/** Answers a message with what an Observable emits, as it comes. From now on `exchange.stopWork` unsubscribes. */
export function subscribeResults(
  exchange: Exchange,
  observable: Observable<unknown>,
  taker: ResultTaker,
): void {
  let subscription: Subscription | undefined;
  let over = false;
  const failed = (error: unknown): void => {
    if (over) return;
    over = true;
    subscription?.unsubscribe();
    taker.failed(error);
  };
  exchange.stopWork = () => {
    over = true;
    subscription?.unsubscribe();
    taker.ended();
  };
  try {
    // The operator ends a source that emits on and on within subscribe.
    const result$ = observable.pipe(takeWhile(() => !over));
    subscription = exchange.within(() =>
      result$.subscribe({
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
      }),
    );
  } catch (error) {
    failed(error);
  }
  // It ended within subscribe, before there was a subscription to end.
  if (over) subscription?.unsubscribe();
}

/** The forms of a handler's answer that take time. */
type SlowAnswer =
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
