import type { Clock } from '../../runtime/Clock';
import type { Link } from '../transport/Link';

/** The reasons not to read a link: it is paused while there is one, and read again when the last is gone. */
export class ReadGate {
  /** For how long the link was paused since `restart`, pauses that have ended. */
  pausedMs = 0;
  readonly #link: Link;
  readonly #clock: Clock;
  #reasons = 0;
  #pausedSince: number | undefined;

  constructor(link: Link, clock: Clock) {
    this.#link = link;
    this.#clock = clock;
  }

  get paused(): boolean {
    return this.#reasons !== 0;
  }

  has(reason: PauseReason): boolean {
    return (this.#reasons & reason) !== 0;
  }

  close(reason: PauseReason): void {
    if (this.has(reason)) return;
    this.#reasons |= reason;
    this.#pausedSince ??= this.#clock.now();
    this.#link.pause();
  }

  open(reason: PauseReason): void {
    this.#reasons &= ~reason;
    this.#resume();
  }

  /** Whatever comes is to be read and discarded. */
  openWide(): void {
    this.#reasons = 0;
    this.#resume();
  }

  /** Counts pauses anew. */
  restart(): void {
    this.pausedMs = 0;
  }

  #resume(): void {
    if (this.#reasons !== 0 || this.#pausedSince === undefined) return;
    this.pausedMs += this.#clock.now() - this.#pausedSince;
    this.#pausedSince = undefined;
    this.#link.resume();
  }
}

/**
 * Why a link is not read: its peer doesn't read, too many requests wait for a slot, the memory budget is
 * tight, a legacy peer's request is at work.
 */
export const PauseReason = { peer: 1, slots: 2, memory: 4, turn: 8 } as const;

/** One of the reasons, a bit each. */
export type PauseReason = (typeof PauseReason)[keyof typeof PauseReason];
