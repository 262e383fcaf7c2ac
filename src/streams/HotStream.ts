import { Observable, type Observer, type Subscription } from 'rxjs';
import { SubscriberFailed } from '../errors/SubscriberFailed';

/**
 * A stream of the app that outlives its subscribers' mistakes: what a subscriber's callback throws is reported as ERR_SUBSCRIBER, and the
 * subscriber stays. rxjs alone would rethrow it from a timer, which ends the process.
 *
 * A subclass, against our habit, because `subscribe` is where callbacks come in; operators pass their own Subscriber, which goes through.
 */
export class HotStream<T> extends Observable<T> {
  readonly #report: (error: SubscriberFailed) => void;

  constructor(source: Observable<T>, report: (error: SubscriberFailed) => void) {
    super((subscriber) => source.subscribe(subscriber));
    this.#report = report;
  }

  override subscribe(observer?: Partial<Observer<T>> | ((value: T) => void)): Subscription;
  override subscribe(
    next?: ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription;
  override subscribe(
    first?: Partial<Observer<T>> | ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    if (typeof first === 'function') {
      return super.subscribe({
        next: this.#guard(first),
        ...(error ? { error } : {}),
        ...(complete ? { complete: this.#guard(complete) } : {}),
      });
    }
    // A Subscriber is an operator's or a Subject's own; it has its rules for errors.
    if (first && !('unsubscribe' in first) && typeof first.next === 'function') {
      const { next, complete: done } = first;
      return super.subscribe({
        next: this.#guard(next.bind(first)),
        error: (reason) => first.error?.(reason),
        ...(done ? { complete: this.#guard(done.bind(first)) } : {}),
      });
    }
    return super.subscribe(first ?? {});
  }

  #guard<A extends unknown[]>(callback: (...args: A) => void): (...args: A) => void {
    return (...args) => {
      try {
        callback(...args);
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        this.#report(new SubscriberFailed(`a subscriber threw: ${text}`, { cause: error }));
      }
    };
  }
}
