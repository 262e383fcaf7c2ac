import { nextTurn } from './turns';

/**
 * Time as the core knows it. Handed in, so that a spec or a replay can own it; `systemClock` is the real one.
 */
export interface Clock {
  /** Milliseconds that only ever go forward; for measuring and deadlines. */
  now(): number;
  /** Wall-clock time in milliseconds since 1970, UTC. */
  wallTime(): number;
  /**
   * Calls back once after `delayMs`; the handle goes to `clearTimeout`. Keeps the process alive only when
   * `options.ref` is true. Never asked for more than 2147483647 ms, the longest a timer of Node waits: longer
   * times are put together from several calls.
   */
  setTimeout(callback: () => void, delayMs: number, options?: { readonly ref?: boolean }): unknown;
  clearTimeout(handle: unknown): void;
}

/** The longest that a timer of Node waits, milliseconds; one that is set for longer fires after 1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Timers of Node, looked up at each call, so that fake timers installed later (Jest's, @sinonjs/fake-timers)
 * are honoured.
 */
const nodeClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  setTimeout(callback, delayMs, options) {
    const timer = setTimeout(callback, delayMs);
    // A timer of ours is never the reason that a process stays; open sockets are.
    if (options?.ref !== true && typeof timer === 'object') timer.unref();
    return timer;
  },
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

/** The clock of the machine. */
export const systemClock: Clock = { ...nodeClock, ...longTimers(nodeClock) };

const clocksForAnyTime = new WeakSet<Clock>([systemClock]);

/**
 * The same clock, which also waits for times that a timer of Node cannot: longer ones in several steps,
 * Infinity for ever.
 */
export function withLongTimers(clock: Clock): Clock {
  if (clocksForAnyTime.has(clock)) return clock;
  const any = { now: () => clock.now(), wallTime: () => clock.wallTime(), ...longTimers(clock) };
  clocksForAnyTime.add(any);
  return any;
}

/** The step that a long timer waits for. */
class LongTimer {
  step: unknown;
}

function longTimers(clock: Clock): Pick<Clock, 'setTimeout' | 'clearTimeout'> {
  return {
    setTimeout(callback, delayMs, options) {
      if (!(delayMs > LONGEST_TIMER_MS)) return clock.setTimeout(callback, delayMs, options);
      const timer = new LongTimer();
      const wait = (leftMs: number): void => {
        const isLast = leftMs <= LONGEST_TIMER_MS;
        const then = isLast ? callback : (): void => wait(leftMs - LONGEST_TIMER_MS);
        timer.step = clock.setTimeout(then, isLast ? leftMs : LONGEST_TIMER_MS, options);
      };
      wait(delayMs);
      return timer;
    },
    clearTimeout: (handle) => clock.clearTimeout(handle instanceof LongTimer ? handle.step : handle),
  };
}

/**
 * Calls back after the event loop has had a turn for timers and sockets. The default of everything that works
 * in bounded slices; a spec or a replay hands in its own.
 */
export function yieldTurn(callback: () => void): void {
  nextTurn(callback);
}
