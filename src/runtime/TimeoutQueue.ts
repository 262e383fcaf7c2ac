import type { Clock } from './Clock';

/** What a TimeoutQueue keeps of its own on an entry; start with `undefined`, `undefined`, 0, false. */
export interface TimeoutEntry {
  timeoutPrevious: TimeoutEntry | undefined;
  timeoutNext: TimeoutEntry | undefined;
  timeoutAt: number;
  timeoutArmed: boolean;
}

/**
 * Many timeouts of one duration on one timer: entries run out in the order they came, so a linked list is a
 * sorted list. Adding and removing cost the same however many there are, and removing does not touch the
 * timer.
 */
export class TimeoutQueue<E extends TimeoutEntry> {
  readonly #clock: Clock;
  readonly #durationMs: number;
  readonly #onExpire: (entry: E) => void;
  #first: TimeoutEntry | undefined;
  #last: TimeoutEntry | undefined;
  #timer: unknown;

  constructor(clock: Clock, durationMs: number, onExpire: (entry: E) => void) {
    this.#clock = clock;
    this.#durationMs = durationMs;
    this.#onExpire = onExpire;
  }

  get empty(): boolean {
    return this.#first === undefined;
  }

  add(entry: E): void {
    entry.timeoutAt = this.#clock.now() + this.#durationMs;
    entry.timeoutArmed = true;
    entry.timeoutPrevious = this.#last;
    entry.timeoutNext = undefined;
    if (this.#last === undefined) this.#first = entry;
    else this.#last.timeoutNext = entry;
    this.#last = entry;
    if (this.#timer === undefined) this.#arm(this.#durationMs);
  }

  remove(entry: E): void {
    if (!entry.timeoutArmed) return;
    entry.timeoutArmed = false;
    const { timeoutPrevious: previous, timeoutNext: next } = entry;
    if (previous === undefined) this.#first = next;
    else previous.timeoutNext = next;
    if (next === undefined) this.#last = previous;
    else next.timeoutPrevious = previous;
    entry.timeoutPrevious = undefined;
    entry.timeoutNext = undefined;
  }

  /** Forgets all entries and the timer; nobody is called. */
  clear(): void {
    while (this.#first !== undefined) this.remove(this.#first as E);
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(delayMs: number): void {
    this.#timer = this.#clock.setTimeout(this.#expire, delayMs);
  }

  readonly #expire = (): void => {
    this.#timer = undefined;
    const now = this.#clock.now();
    // Real timers may fire a fraction of a millisecond early.
    for (let entry = this.#first; entry !== undefined && entry.timeoutAt - now < 1; entry = this.#first) {
      this.remove(entry as E);
      this.#onExpire(entry as E);
    }
    if (this.#first !== undefined && this.#timer === undefined) this.#arm(this.#first.timeoutAt - now);
  };
}
