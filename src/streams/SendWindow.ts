import type { Observable, Subscriber } from 'rxjs';

/** Sends on their way for one destination, so many at once. The first error ends the destination, which cancels the others. */
export class SendWindow {
  readonly #destination: Subscriber<unknown>;
  readonly #send: (value: unknown) => Observable<unknown>;
  readonly #concurrency: number;
  readonly #onRoom: () => void;
  #running = 0;
  #ended = false;

  /** @param onRoom called when one of them has ended, or the destination has */
  constructor(
    destination: Subscriber<unknown>,
    send: (value: unknown) => Observable<unknown>,
    concurrency: number,
    onRoom: () => void,
  ) {
    this.#destination = destination;
    this.#send = send;
    this.#concurrency = concurrency;
    this.#onRoom = onRoom;
    destination.add(onRoom);
  }

  get hasRoom(): boolean {
    return this.#running < this.#concurrency;
  }

  start(value: unknown): void {
    const destination = this.#destination;
    this.#running += 1;
    const subscription = this.#send(value).subscribe({
      next: (result) => destination.next(result),
      error: (error) => destination.error(error),
      complete: () => {
        this.#running -= 1;
        this.#onRoom();
        this.#completeIfDone();
      },
    });
    // Takes itself out again when it is over.
    destination.add(subscription);
  }

  /** No more values: completes the destination with the last answer. */
  end(): void {
    this.#ended = true;
    this.#completeIfDone();
  }

  #completeIfDone(): void {
    if (this.#ended && this.#running === 0) this.#destination.complete();
  }
}
