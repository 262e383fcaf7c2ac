import type { Clock } from '../../runtime/Clock';
import { Deque } from '../../runtime/Deque';
import { nextMicrotask } from '../../runtime/turns';

/** Something with work that can be done in slices. */
export interface Runnable {
  /**
   * Does at most `limit` pieces of work, tells how many it did. Schedules itself again when there is more.
   */
  run(limit: number): number;
}

/**
 * Pieces of work one actor may do before the next one has its go. Doubled while slices are quick, since
 * reading the clock costs as much as several messages; back to the smallest after a slow one.
 */
const SMALLEST_SLICE = 8;
const LARGEST_SLICE = 256;
const QUICK_MS = 0.25;
/** Pieces of work, and milliseconds of it, after which timers and sockets have theirs. */
const TURN = 4096;
const TURN_MS = 4;

/**
 * Shares one thread between all actors of a system: round robin in slices, and a turn of the event loop for
 * everybody else after a bounded number of messages and a bounded time. Work that continues in promises is
 * counted too, so an actor that only ever awaits cannot starve sockets either.
 */
export class Dispatcher {
  readonly #ready = new Deque<Runnable>();
  readonly #clock: Clock;
  readonly #yieldTurn: (callback: () => void) => void;
  #scheduled = false;
  #spent = 0;
  #spentMs = 0;
  #slice = SMALLEST_SLICE;

  constructor(clock: Clock, yieldTurn: (callback: () => void) => void) {
    this.#clock = clock;
    this.#yieldTurn = yieldTurn;
  }

  /** The caller sees to it that it is in here once at most. */
  schedule(work: Runnable): void {
    this.#ready.push(work);
    if (this.#scheduled) return;
    this.#scheduled = true;
    nextMicrotask(this.#flush);
  }

  readonly #flush = (): void => {
    let before = this.#clock.now();
    while (this.#spent < TURN && this.#spentMs < TURN_MS) {
      const work = this.#ready.shift();
      if (work === undefined) break;
      // A slice without work counts as one, or a loop of them would never end the turn.
      this.#spent += work.run(this.#slice) || 1;
      const after = this.#clock.now();
      const tookMs = after - before;
      this.#slice = tookMs < QUICK_MS ? Math.min(LARGEST_SLICE, this.#slice * 2) : SMALLEST_SLICE;
      this.#spentMs += tookMs;
      before = after;
    }
    if (this.#ready.length === 0) this.#scheduled = false;
    else this.#yieldTurn(this.#nextTurn);
  };

  readonly #nextTurn = (): void => {
    this.#spent = 0;
    this.#spentMs = 0;
    this.#flush();
  };
}
