import type { Clock } from '../../src/runtime/Clock';

/** A clock that stands still until a spec moves it. */
export interface VirtualClock extends Clock {
  /**
   * Moves time forward by `ms`, calling due timers in the order of their due time (equal times: in the order
   * they were set), also those that are set meanwhile. Before the first and after each one, promises and
   * immediates that are ready run.
   */
  advance(ms: number): Promise<void>;
  /** Lets promises and immediates that are ready run; time stands still. */
  settle(): Promise<void>;
  /**
   * Lets time pass as if the process was blocked: what is due meanwhile is called late, by the next
   * `advance`.
   */
  jump(ms: number): void;
  /** Timers that are set and neither called nor cleared. */
  readonly pending: number;
}

interface VirtualTimer {
  readonly dueAt: number;
  readonly callback: () => void;
}

/**
 * More timers within one microsecond than any spec sets: a loop that waits without moving the clock would
 * hang the run.
 */
const mostAtOnce = 200_000;

// Kept at load, so that fake timers installed by a spec leave it alone.
const nextTurn = setImmediate;

/**
 * A `Clock` for specs. Starts at 0; wall-clock time starts at `wallTime` (default 2024-01-01T00:00:00Z).
 *
 * @example
 * const clock = createVirtualClock();
 * clock.setTimeout(() => fired.push('a'), 1000);
 * await clock.advance(1000);
 */
export function createVirtualClock(wallTime: number = Date.UTC(2024, 0, 1)): VirtualClock {
  const timers = new Set<VirtualTimer>();
  let now = 0;

  // Two turns: what the first one's immediates set off with promises and further immediates is done when the
  // second ends.
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 2; turn += 1) await new Promise<void>((resolve) => nextTurn(resolve));
  };

  const earliest = (): VirtualTimer | undefined => {
    let first: VirtualTimer | undefined;
    for (const timer of timers) if (first === undefined || timer.dueAt < first.dueAt) first = timer;
    return first;
  };

  return {
    now: () => now,
    wallTime: () => wallTime + now,
    setTimeout(callback, delayMs) {
      const timer: VirtualTimer = { dueAt: now + Math.max(0, delayMs), callback };
      timers.add(timer);
      return timer;
    },
    clearTimeout(handle) {
      timers.delete(handle as VirtualTimer);
    },
    get pending() {
      return timers.size;
    },
    settle,
    jump(ms) {
      now += ms;
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      let atOnce = 0;
      let instant = now;
      for (let timer = earliest(); timer !== undefined && timer.dueAt <= end; timer = earliest()) {
        timers.delete(timer);
        if (timer.dueAt - instant > 0.001) [instant, atOnce] = [timer.dueAt, 0];
        atOnce += 1;
        if (atOnce > mostAtOnce)
          throw new Error(`virtual time stands still at ${now} ms: timers set timers for no time`);
        now = Math.max(now, timer.dueAt);
        timer.callback();
        await settle();
      }
      now = end;
    },
  };
}
