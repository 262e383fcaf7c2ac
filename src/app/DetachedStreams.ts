import type { Observable, Subscription } from 'rxjs';
import { DetachedFailed } from '../errors/setUp';
import { RxcometError } from '../errors/RxcometError';

/** Streams that nobody holds: subscribed to here, their errors reported. */
export class DetachedStreams {
  readonly #report: (error: RxcometError) => void;
  readonly #running = new Set<Subscription>();
  #onDone: (() => void)[] = [];

  constructor(report: (error: RxcometError) => void) {
    this.#report = report;
  }

  add(source: Observable<unknown>): Subscription {
    const subscription = source.subscribe({
      error: (error: unknown) => {
        const text = error instanceof Error ? error.message : String(error);
        this.#report(
          error instanceof RxcometError
            ? error
            : new DetachedFailed(`a detached stream failed: ${text}`, { cause: error }),
        );
      },
    });
    if (subscription.closed) return subscription;
    this.#running.add(subscription);
    subscription.add(() => {
      this.#running.delete(subscription);
      if (this.#running.size === 0) for (const resolve of this.#onDone.splice(0)) resolve();
    });
    return subscription;
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
