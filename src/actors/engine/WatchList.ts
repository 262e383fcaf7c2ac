import { Subscription } from 'rxjs';
import type { AnyActorRef, Termination } from '../ActorRef';

/** Those whose end an actor wants to hear of. */
export class WatchList {
  readonly #watched = new Map<AnyActorRef, Subscription>();

  /** Calls back once when it has ended, at once when it has already. A second watch of the same actor changes nothing. */
  watch(ref: AnyActorRef, onTerminated: (termination: Termination) => void): void {
    if (this.#watched.has(ref)) return;
    const subscription = new Subscription();
    this.#watched.set(ref, subscription);
    subscription.add(
      ref.terminated$.subscribe((termination) => {
        if (!this.#watched.delete(ref)) return;
        subscription.unsubscribe();
        onTerminated(termination);
      }),
    );
  }

  unwatch(ref: AnyActorRef): void {
    this.#watched.get(ref)?.unsubscribe();
    this.#watched.delete(ref);
  }

  clear(): void {
    for (const ref of this.#watched.keys()) this.unwatch(ref);
  }
}
