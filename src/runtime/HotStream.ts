import { isObservable, Observable, type Observer, type Subscription } from 'rxjs';
import { SubscriberFailed } from '../errors/setUp';

/**
 * A stream of the app that outlives its subscribers' mistakes: what a subscriber's callback throws is reported as ERR_SUBSCRIBER, and the
 * subscriber stays; so it is behind operators. An operator that throws ends its own subscription, and is reported when that one has no
 * `error` callback. rxjs alone would rethrow from a timer, which ends the process.
 *
 * A subclass, against our habit, because `subscribe` is where callbacks come in; operators pass their own Subscriber, which goes through.
 */
export class HotStream<T> extends Observable<T> {
  readonly #report: (error: SubscriberFailed) => void;

  constructor(source: Observable<T>, report: (error: SubscriberFailed) => void) {
    super((subscriber) => source.subscribe(subscriber));
    this.#report = report;
  }

  override readonly pipe = ((...operators: never[]): unknown => {
    const piped: unknown = super.pipe(...(operators as []));
    return isObservable(piped) ? new HotStream<unknown>(piped, this.#report) : piped;
  }) as Observable<T>['pipe'];

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
    if (typeof first === 'function' || first === undefined || first === null) {
      return this.#subscribeGuarded(first, error, complete);
    }
    // A Subscriber is an operator's or a Subject's own; it has its rules for errors.
    if ('unsubscribe' in first) return super.subscribe(first);
    return this.#subscribeGuarded(
      first.next?.bind(first),
      first.error?.bind(first),
      first.complete?.bind(first),
    );
  }

  #subscribeGuarded(
    next: ((value: T) => void) | null | undefined,
    error: ((error: unknown) => void) | null | undefined,
    complete: (() => void) | null | undefined,
  ): Subscription {
    return super.subscribe({
      next: this.#guard(next ?? ignore),
      error: this.#guard(
        error ??
          ((reason) => {
            throw reason;
          }),
      ),
      complete: this.#guard(complete ?? ignore),
    });
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

function ignore(): void {
  // Not asked for.
}
