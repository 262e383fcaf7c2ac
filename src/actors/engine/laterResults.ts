import { type Observable, from, isObservable } from 'rxjs';

/** Whether a handler's return value is yet to settle. */
export function isLater<S>(result: unknown): result is PromiseLike<S> | Observable<S> {
  if (typeof result !== 'object' || result === null) return false;
  return typeof (result as { then?: unknown }).then === 'function' || isObservable(result);
}

/**
 * Waits for a Promise, or for an Observable to complete, whose last value counts. Calls exactly one of the two, once. The function
 * returned lets go of an Observable; a Promise cannot be let go of.
 */
export function followState<S>(
  result: PromiseLike<S> | Observable<S>,
  done: (state: S | undefined) => void,
  failed: (error: unknown) => void,
): (() => void) | undefined {
  if (!isObservable(result)) {
    result.then(done, failed);
    return undefined;
  }
  let last: S | undefined;
  const subscription = result.subscribe({
    next: (state) => {
      last = state;
    },
    error: failed,
    complete: () => done(last),
  });
  return () => subscription.unsubscribe();
}

/** Turns what comes out of some work into messages for `deliver`; what cannot become one goes to `failed`. */
export function pipeInto<T, M>(
  work: PromiseLike<T> | Observable<T>,
  toMessage: (result: T) => M,
  toFailure: ((error: unknown) => M) | undefined,
  deliver: (message: M) => void,
  failed: (error: unknown) => void,
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
  from(work).subscribe({
    next: (result) => bring(() => toMessage(result)),
    error: (error: unknown) => (toFailure === undefined ? failed(error) : bring(() => toFailure(error))),
  });
}
