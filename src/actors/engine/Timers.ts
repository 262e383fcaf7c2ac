import type { Clock } from '../../runtime/Clock';
import type { ActorTimers } from '../behaviour';
import { requireOption } from '../requireOption';
import { TimerTick } from '../mailbox/TimerTick';

/**
 * The timers of one actor. A tick is an envelope that loses its worth when its timer is cancelled or
 * replaced.
 */
export class Timers<M> implements ActorTimers<M> {
  readonly #clock: Clock;
  readonly #deliver: (tick: TimerTick<M>) => void;
  readonly #active = new Map<string, Timer<M>>();

  #closed = false;

  constructor(clock: Clock, deliver: (tick: TimerTick<M>) => void) {
    this.#clock = clock;
    this.#deliver = deliver;
  }

  startOnce(key: string, message: M, delayMs: number): void {
    requireOption(delayMs >= 0 && delayMs < Infinity, 'startOnce: delayMs must be finite and >= 0');
    this.#start(key, { message, handle: undefined, tick: undefined, dueAt: this.#clock.now() + delayMs }, 0);
  }

  startPeriodic(key: string, message: M, intervalMs: number): void {
    requireOption(
      intervalMs > 0 && intervalMs < Infinity,
      'startPeriodic: intervalMs must be finite and above 0',
    );
    this.#start(
      key,
      { message, handle: undefined, tick: undefined, dueAt: this.#clock.now() + intervalMs },
      intervalMs,
    );
  }

  cancel(key: string): void {
    const timer = this.#active.get(key);
    if (timer === undefined) return;
    this.#active.delete(key);
    this.#clock.clearTimeout(timer.handle);
    timer.tick?.withdraw();
  }

  cancelAll(): void {
    for (const key of this.#active.keys()) this.cancel(key);
  }

  /** The actor has ended; starting one does nothing from here on. */
  close(): void {
    this.#closed = true;
    this.cancelAll();
  }

  isActive(key: string): boolean {
    return this.#active.has(key);
  }

  #start(key: string, timer: Timer<M>, intervalMs: number): void {
    if (this.#closed) return;
    this.cancel(key);
    this.#active.set(key, timer);
    this.#schedule(key, timer, intervalMs);
  }

  #schedule(key: string, timer: Timer<M>, intervalMs: number): void {
    timer.handle = this.#clock.setTimeout(
      () => {
        const late = this.#clock.now() - timer.dueAt;
        if (timer.tick === undefined) {
          timer.tick = new TimerTick(timer.message, () => {
            timer.tick = undefined;
            if (intervalMs === 0) this.#active.delete(key);
          });
          this.#deliver(timer.tick);
        }
        if (intervalMs === 0 || this.#active.get(key) !== timer) return;
        // Due times keep their rhythm; those that were missed are left out.
        timer.dueAt += intervalMs * (1 + Math.max(0, Math.floor(late / intervalMs)));
        this.#schedule(key, timer, intervalMs);
      },
      Math.max(0, timer.dueAt - this.#clock.now()),
    );
  }
}

interface Timer<M> {
  readonly message: M;
  handle: unknown;
  /** The tick waiting in the mailbox. */
  tick: TimerTick<M> | undefined;
  dueAt: number;
}
