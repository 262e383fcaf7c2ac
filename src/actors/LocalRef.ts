import { Observable } from 'rxjs';
import type { ActorCell } from './ActorCell';
import type { ActorContract } from './ActorContract';
import type { ActorRef, AskOptions, OfferOptions, TellOptions, Termination } from './ActorRef';

/** The address of an actor of this process. */
export class LocalRef<M, R> implements ActorRef<M, R> {
  readonly #cell: ActorCell<M, R>;

  constructor(cell: ActorCell<M, R>) {
    this.#cell = cell;
  }

  get path(): string {
    return this.#cell.path;
  }

  get contracts(): ReadonlyMap<string, ActorContract> | undefined {
    return this.#cell.contracts;
  }

  get terminated$(): Observable<Termination> {
    return new Observable((subscriber) =>
      this.#cell.onTermination((termination) => {
        subscriber.next(termination);
        subscriber.complete();
      }),
    );
  }

  tell(message: M, options?: TellOptions): boolean {
    return this.#cell.tell(message, options);
  }

  offer(message: M, options?: OfferOptions): Promise<void> {
    return this.#cell.offer(message, options);
  }

  ask(message: M, options?: AskOptions): Promise<R> {
    return new Promise((resolve, reject) => {
      // Where a behaviour may settle without a reply, its R includes null.
      let last = null as R;
      const answers = {
        next: (value: R): void => {
          last = value;
        },
        complete: (): void => resolve(last),
        error: reject,
      };
      this.#cell.request(message, answers, options, false);
    });
  }

  send(message: M, options?: AskOptions): Observable<R> {
    return new Observable((subscriber) => this.#cell.request(message, subscriber, options, true));
  }

  toString(): string {
    return `ActorRef(${this.#cell.path})`;
  }
}
