import type { Clock } from '../../runtime/Clock';
import type { Send } from './Send';
import { TimeoutQueue } from '../../runtime/TimeoutQueue';

/** Queues of timeouts beyond which those that ran empty are given up. */
const MANY_DURATIONS = 32;

/** Timeouts of sends: one queue a duration, since nearly all of a client have the same. */
export class SendTimeouts {
  readonly #clock: Clock;
  readonly #onLate: (send: Send) => void;
  readonly #queues = new Map<number, TimeoutQueue<Send>>();

  constructor(clock: Clock, onLate: (send: Send) => void) {
    this.#clock = clock;
    this.#onLate = onLate;
  }

  /** Its time runs from now on, unless it does already. */
  arm(send: Send): void {
    if (send.timeouts !== undefined || send.timeoutMs === Infinity) return;
    const queue = this.#queues.get(send.timeoutMs) ?? this.#createQueue(send.timeoutMs);
    send.timeouts = queue;
    queue.add(send);
  }

  clear(): void {
    for (const queue of this.#queues.values()) queue.clear();
  }

  #createQueue(durationMs: number): TimeoutQueue<Send> {
    if (this.#queues.size >= MANY_DURATIONS) this.#dropEmpty();
    const queue = new TimeoutQueue(this.#clock, durationMs, (send: Send) => {
      send.timeouts = undefined;
      this.#onLate(send);
    });
    this.#queues.set(durationMs, queue);
    return queue;
  }

  #dropEmpty(): void {
    for (const [durationMs, queue] of this.#queues) {
      if (!queue.empty) continue;
      queue.clear();
      this.#queues.delete(durationMs);
    }
  }
}
