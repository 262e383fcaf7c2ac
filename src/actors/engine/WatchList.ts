import { GuardedSubscriber, type ReportThrown } from '../../runtime/guards';
import type { AnyActorRef, Termination } from '../ActorRef';

/** Those whose end an actor wants to hear of. */
export class WatchList {
  readonly #watched = new Map<AnyActorRef, GuardedSubscriber<Termination>>();
  readonly #report: ReportThrown;

  constructor(report: ReportThrown) {
    this.#report = report;
  }

  /**
   * Calls back once when it has ended, at once when it has already. A second watch of the same actor changes
   * nothing.
   */
  watch(ref: AnyActorRef, onTerminated: (termination: Termination) => void): void {
    if (this.#watched.has(ref)) return;
    const next = (termination: Termination): void => {
      if (!this.#watched.delete(ref)) return;
      subscriber.unsubscribe();
      onTerminated(termination);
    };
    const subscriber = new GuardedSubscriber<Termination>({ next }, this.#report);
    this.#watched.set(ref, subscriber);
    subscriber.follow(ref.terminated$);
  }

  unwatch(ref: AnyActorRef): void {
    this.#watched.get(ref)?.unsubscribe();
    this.#watched.delete(ref);
  }

  clear(): void {
    for (const ref of this.#watched.keys()) this.unwatch(ref);
  }
}
