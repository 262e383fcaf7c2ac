import { Subscriber, type Observer, type TeardownLogic } from 'rxjs';
import { readProperty } from './describeError';

/** Is told what code of users threw. */
export type ReportThrown = (error: unknown) => void;

/**
 * An async function where a plain one was expected: what its promise rejects with is reported, which would
 * end the process otherwise.
 */
export function reportRejection(returned: unknown, report: ReportThrown): void {
  if (typeof returned !== 'object' || returned === null) return;
  if (typeof readProperty(returned, 'then') !== 'function') return;
  // Not Promise.resolve, which asks a promise for its constructor.
  new Promise((resolve) => resolve(returned)).catch(report);
}

/**
 * Where a stream of users ends. What its callbacks throw, and what is thrown as it ends, by `finalize` for
 * instance, is reported and goes no further: rxjs would throw it into whatever emitted, or from a timer,
 * which ends the process.
 *
 * A subclass, because all that belongs to a subscription ends within its Subscriber, also when the source
 * ends by itself.
 */
export class GuardedSubscriber<T> extends Subscriber<T> {
  readonly #observer: Partial<Observer<T>>;
  readonly #report: ReportThrown;

  constructor(observer: Partial<Observer<T>>, report: ReportThrown) {
    super();
    this.#observer = observer;
    this.#report = report;
  }

  /** Subscribes to a stream of whatever copy of rxjs. Throws what its `subscribe` throws. */
  follow(source: { subscribe(subscriber: Subscriber<T>): unknown }): void {
    const subscription = source.subscribe(this);
    if (subscription !== this) this.add(subscription as TeardownLogic);
  }

  override add(teardown: TeardownLogic): void {
    try {
      super.add(teardown);
    } catch (error) {
      this.#reportEach(error);
    }
  }

  override unsubscribe(): void {
    try {
      super.unsubscribe();
    } catch (error) {
      this.#reportEach(error);
    }
  }

  protected override _next(value: T): void {
    try {
      // Typed as void, and an async function all the same.
      reportRejection(this.#observer.next?.(value), this.#report);
    } catch (error) {
      this.#report(error);
    }
  }

  protected override _error(error: unknown): void {
    try {
      if (this.#observer.error === undefined) this.#report(error);
      else reportRejection(this.#observer.error(error), this.#report);
    } catch (thrown) {
      this.#report(thrown);
    }
    this.unsubscribe();
  }

  protected override _complete(): void {
    try {
      reportRejection(this.#observer.complete?.(), this.#report);
    } catch (error) {
      this.#report(error);
    }
    this.unsubscribe();
  }

  #reportEach(error: unknown): void {
    // rxjs gathers what several finalizers throw; each is somebody's mistake.
    const gathered =
      readProperty(error, 'name') === 'UnsubscriptionError' ? readProperty(error, 'errors') : [];
    if (Array.isArray(gathered) && gathered.length > 0) gathered.forEach(this.#report);
    else this.#report(error);
  }
}

/**
 * A callback of users that is only told of something: what it throws, or rejects with, is dropped, since it
 * was the one to be told.
 */
export function guarded<A extends unknown[]>(
  callback: ((...args: A) => void) | undefined,
): (...args: A) => void {
  return (...args) => {
    try {
      reportRejection(callback?.(...args), ignore);
    } catch {
      // Nobody is left to be told.
    }
  };
}

function ignore(): void {
  // Nobody is left to be told.
}

/** Ends a subscription of users; what that throws is reported. */
export function endSubscription(subscription: { unsubscribe(): void }, report: ReportThrown): void {
  // Its end runs what it gathers, each of which may throw.
  const guard = new GuardedSubscriber(nothing, report);
  guard.add(subscription);
  guard.unsubscribe();
}

const nothing = {};
