import { isObservable, type Observable } from 'rxjs';

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
