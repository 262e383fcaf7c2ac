import { Subject } from 'rxjs';
import type { Clock } from '../../runtime/Clock';
import type { Logger } from '../../runtime/Logger';
import type { DeadLetter, DeadLetterReason } from '../ActorSystem';

const LOGGED_PER_WINDOW = 10;
const WINDOW_MS = 60_000;

/**
 * Publishes dead letters, and logs the first ten of each minute; the next line after it tells how many were
 * left out.
 */
export class DeadLetterOffice {
  readonly letters$ = new Subject<DeadLetter>();
  readonly #clock: Clock;
  readonly #log: Logger;
  #windowStart = -Infinity;
  #inWindow = 0;

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  publish(target: string, message: unknown, reason: DeadLetterReason): void {
    // The app tells of an action that nobody handles as a failure, with the peer it came from.
    if (reason !== 'no-handler') this.#logThrottled(target, reason);
    if (!this.letters$.observed) return;
    this.letters$.next({ target, message, reason, at: this.#clock.wallTime() });
  }

  #logThrottled(target: string, reason: DeadLetterReason): void {
    const now = this.#clock.now();
    if (now - this.#windowStart >= WINDOW_MS) {
      const leftOut = this.#inWindow - LOGGED_PER_WINDOW;
      if (leftOut > 0) this.#log.info({ count: leftOut }, 'more dead letters were not logged');
      this.#windowStart = now;
      this.#inWindow = 0;
    }
    this.#inWindow += 1;
    if (this.#inWindow <= LOGGED_PER_WINDOW) {
      this.#log.info({ actor: target, reason }, `dead letter for ${target}: ${reason}`);
    }
  }
}
