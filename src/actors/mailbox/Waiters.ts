import type { Item } from './Mailbox';

/** A message waiting for room in a mailbox. */
export interface Waiter<M> {
  readonly item: Item<M>;
  readonly urgent: boolean;
  /** It is in the mailbox now. */
  admitted(): void;
  /** The actor has ended. */
  refused(error: Error): void;
}

/**
 * Messages waiting for room, first come first served; urgent ones have a line of their own, as they have room
 * of their own.
 */
export class Waiters<M> {
  readonly #normal = new Set<Waiter<M>>();
  readonly #urgent = new Set<Waiter<M>>();

  add(waiter: Waiter<M>): void {
    this.#line(waiter.urgent).add(waiter);
  }

  /** False: it is not waiting any more. */
  delete(waiter: Waiter<M>): boolean {
    return this.#line(waiter.urgent).delete(waiter);
  }

  /** Takes the first one that `fits`. */
  take(fits: (urgent: boolean) => boolean): Waiter<M> | undefined {
    for (const urgent of [true, false]) {
      const line = this.#line(urgent);
      if (line.size === 0 || !fits(urgent)) continue;
      for (const waiter of line) {
        line.delete(waiter);
        return waiter;
      }
    }
    return undefined;
  }

  #line(urgent: boolean): Set<Waiter<M>> {
    return urgent ? this.#urgent : this.#normal;
  }
}
