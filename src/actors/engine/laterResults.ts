import { type Observable, from, isObservable } from 'rxjs';
import { GuardedSubscriber, type ReportThrown } from '../../runtime/guards';

/** Whether a handler's return value is yet to settle. */
export function isLater<S>(result: unknown): result is PromiseLike<S> | Observable<S> {
  if (typeof result !== 'object' || result === null) return false;
  return typeof (result as { then?: unknown }).then === 'function' || isObservable(result);
}

/**
 * Waits for a Promise, or for an Observable to complete, whose last value counts. Calls exactly one of the
 * two, once. The function returned lets go of an Observable; a Promise cannot be let go of. `report` is told
 * what is thrown as it ends.
 */
export function followState<S>(
  result: PromiseLike<S> | Observable<S>,
  done: (state: S | undefined) => void,
  failed: (error: unknown) => void,
  report: ReportThrown,
): (() => void) | undefined {
  if (!isObservable(result)) {
    try {
      result.then(done, failed);
    } catch (error) {
      failed(error);
    }
    return undefined;
  }
  let last: S | undefined;
  const subscriber = new GuardedSubscriber<S>(
    {
      next: (state) => {
        last = state;
      },
      error: failed,
      complete: () => done(last),
    },
    report,
  );
  try {
    subscriber.follow(result);
  } catch (error) {
    subscriber.unsubscribe();
    failed(error);
  }
  return () => subscriber.unsubscribe();
}

/** Turns what comes out of some work into messages for `deliver`; what cannot become one goes to `failed`. */
export function pipeInto<T, M>(
  work: PromiseLike<T> | Observable<T>,
  toMessage: (result: T) => M,
  toFailure: ((error: unknown) => M) | undefined,
  deliver: (message: M) => void,
  failed: (error: unknown) => void,
  report: ReportThrown,
): void {
  const bring = (make: () => M): void => {
    let message: M;
    try {
      message = make();
    } catch (error) {
      failed(error);
      return;
    }
    deliver(message);
  };
  const subscriber = new GuardedSubscriber<T>(
    {
      next: (result) => bring(() => toMessage(result)),
      error: (error: unknown) => (toFailure === undefined ? failed(error) : bring(() => toFailure(error))),
    },
    report,
  );
  subscriber.follow(from(work));
}
