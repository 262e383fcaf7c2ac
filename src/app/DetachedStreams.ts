import type { Observable, Subscription } from 'rxjs';
import { DetachedFailed } from '../errors/setUp';
import { isRxcometError, type RxcometError } from '../errors/RxcometError';
import { describeError } from '../runtime/describeError';
import { GuardedSubscriber } from '../runtime/guards';

/** Streams that nobody holds: subscribed to here, their errors reported. */
export class DetachedStreams {
  readonly #report: (error: RxcometError) => void;
  readonly #running = new Set<Subscription>();
  #onDone: (() => void)[] = [];

  constructor(report: (error: RxcometError) => void) {
    this.#report = report;
  }

  add(source: Observable<unknown>): Subscription {
    const report = (error: unknown): void => {
      const text = `a detached stream failed: ${describeError(error)}`;
      this.#report(isRxcometError(error) ? error : new DetachedFailed(text, { cause: error }));
    };
    const subscriber = new GuardedSubscriber<unknown>({ error: report }, report);
    try {
      subscriber.follow(source);
    } catch (error) {
      subscriber.unsubscribe();
      report(error);
    }
    if (subscriber.closed) return subscriber;
    this.#running.add(subscriber);
    subscriber.add(() => {
      this.#running.delete(subscriber);
      if (this.#running.size === 0) for (const resolve of this.#onDone.splice(0)) resolve();
    });
    return subscriber;
  }

  /** Resolves when none is running. */
  done(): Promise<void> {
    if (this.#running.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onDone.push(resolve));
  }

  unsubscribeAll(): void {
    for (const subscription of [...this.#running]) subscription.unsubscribe();
  }
}
