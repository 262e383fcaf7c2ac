import { takeWhile, type Observable, type Subscription } from 'rxjs';
import type { Exchange } from './Exchange';
import { resultOverflow } from './resultOverflow';
import type { ResultTaker } from './ResultTaker';

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
