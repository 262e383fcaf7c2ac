import { from, type Observable } from 'rxjs';

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
