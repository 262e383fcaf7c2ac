import { Observable, type Subscriber, type TeardownLogic, isObservable, takeWhile } from 'rxjs';
import { BadOption } from '../../errors/setUp';
import { QueueFull } from '../../errors/sending';
import type { ActionContract } from '../messages/defineAction';
import { fairStep } from '../../runtime/fairStep';
import { Deque } from '../../runtime/Deque';
import type { Client } from '../client/Client';
import type { Peer } from '../client/Peer';
import type { SendOptions } from '../client/arguments';

/**
 * Sends on their way for one destination, so many at once. The first error ends the destination, which
 * cancels the others.
 */
class SendWindow {
  readonly #destination: Subscriber<unknown>;
  readonly #concurrency: number;
  readonly #onRoom: () => void;
  #running = 0;
  #ended = false;

  /** @param onRoom called when one of them has ended, or the destination has */
  constructor(destination: Subscriber<unknown>, concurrency: number, onRoom: () => void) {
    this.#destination = destination;
    this.#concurrency = concurrency;
    this.#onRoom = onRoom;
    destination.add(onRoom);
  }

  get hasRoom(): boolean {
    return this.#running < this.#concurrency;
  }

  start(send$: Observable<unknown>): void {
    const destination = this.#destination;
    this.#running += 1;
    const subscription = send$.subscribe({
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

/** Options of `sendTo`. */
export interface SendToOptions extends SendOptions {
  /**
   * Messages on their way at once; the next value is taken when an earlier one has its answer. Default 16. 1:
   * each waits for the last.
   */
  readonly concurrency?: number;
  /**
   * Values of an Observable that may wait here; one more ends it with QueueFull (ERR_QUEUE_FULL). Default
   * 100000.
   */
  readonly capacity?: number;
}

/** What `sendTo` gives: an operator on Observables, and a function of what can be pulled. */
export type SendTo<V, A> = (source: Observable<V> | Iterable<V> | AsyncIterable<V>) => Observable<A>;

/**
 * Sends each value of a source to a peer, in order, and emits the results as they come. No more than
 * `concurrency` messages are on their way.
 *
 * What can be pulled is held: of an Iterable or AsyncIterable, such as an async generator that reads an
 * instrument, the next value is taken only when there is room for it. An Observable cannot be told to wait:
 * what it emits meanwhile waits here, as it was when it came, up to `capacity`.
 *
 * Completes when the source has ended and all answers are there; errors with the first SendError, and cancels
 * the rest. However it ends, an Observable is unsubscribed and an iterator gets `return()`.
 *
 * @example
 * interval(1000).pipe(map(readTemperature), sendTo(telegram, 'Point')).subscribe();
 * await lastValueFrom(sendTo(telegram, 'Point')(readPoints())); // async function* readPoints() { … }
 */
export function sendTo<V, A>(peer: Peer, action: ActionContract<V, A>, options?: SendToOptions): SendTo<V, A>;
export function sendTo(peer: Peer, action: string, options?: SendToOptions): SendTo<unknown, unknown>;
export function sendTo(
  peer: Peer,
  action: string | ActionContract,
  { concurrency = 16, capacity = 100_000, ...options }: SendToOptions = {},
): SendTo<unknown, unknown> {
  if (!(concurrency >= 1))
    throw new BadOption(`sendTo: concurrency must be at least 1, not ${String(concurrency)}`);
  if (!(capacity >= 0)) throw new BadOption(`sendTo: capacity must be at least 0, not ${String(capacity)}`);
  const send = (value: unknown): Observable<unknown> =>
    typeof action === 'string' ? peer.send(action, value, options) : peer.send(action, value, options);
  // A peer that a test has made up is no client of an app.
  const client = isClient(peer) ? peer : undefined;
  const hold = (value: unknown): Observable<unknown> => client?.hold(action, value, options) ?? send(value);
  const guard = (subscribe: (destination: Subscriber<unknown>) => TeardownLogic): Observable<unknown> =>
    client?.guard(subscribe) ?? new Observable(subscribe);
  const full = (): QueueFull => {
    const text = `sendTo: ${capacity} values wait already (capacity); an iterable in place of the Observable is pulled as answers come`;
    const name = typeof action === 'string' ? action : action.action;
    return new QueueFull(text, { client: peer.name, action: name, delivered: 'no' });
  };
  return (source) => (isObservable(source) ? push(source, capacity, full) : pull(source));

  function push(values: Observable<unknown>, room: number, overflow: () => QueueFull): Observable<unknown> {
    return guard((destination) => {
      // As they were when they came: who emitted them may use the same object or bytes for the next.
      const waiting = new Deque<Observable<unknown>>();
      let ended = false;
      const window = new SendWindow(destination, concurrency, () => {
        while (!destination.closed && window.hasRoom) {
          const next = waiting.shift();
          if (next === undefined) break;
          window.start(next);
        }
        if (ended && waiting.length === 0) window.end();
      });
      // The operator ends a source that emits on and on within subscribe.
      return values.pipe(takeWhile(() => !destination.closed)).subscribe({
        next: (value) => {
          if (window.hasRoom) window.start(send(value));
          else if (waiting.length < room) waiting.push(hold(value));
          else destination.error(overflow());
        },
        error: (error) => destination.error(error),
        complete: () => {
          ended = true;
          if (waiting.length === 0) window.end();
        },
      });
    });
  }

  function pull(values: Iterable<unknown> | AsyncIterable<unknown>): Observable<unknown> {
    return guard((destination) => {
      let wake: (() => void) | undefined;
      const window = new SendWindow(destination, concurrency, () => wake?.());
      const run = async (): Promise<void> => {
        for await (const value of values) {
          if (!destination.closed) window.start(send(value));
          while (!destination.closed && !window.hasRoom)
            await new Promise<void>((resolve) => (wake = resolve));
          // Where answers come at once, as in memory, nothing else here waits.
          await fairStep();
          if (destination.closed) return;
        }
        window.end();
      };
      run().catch((error: unknown) => destination.error(error));
    });
  }
}

function isClient(peer: Peer): peer is Client {
  return 'hold' in peer && 'guard' in peer;
}
