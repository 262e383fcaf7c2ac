import { systemClock, yieldTurn, type Clock } from './Clock';
import { describeError } from './describeError';
import type { Logger } from './Logger';

/** A timer of the machine, in place of one that could not be set. */
class MachineTimer {
  constructor(readonly handle: unknown) {}
}

/**
 * A clock of the user's own, which never throws: time stands still or is the machine's then, and a line of
 * the log says so once.
 */
export function guardClock(clock: Clock, logger: Logger): Clock {
  if (clock === systemClock) return clock;
  let lastNow = 0;
  let told = false;
  const tell = (error: unknown): void => {
    if (told) return;
    told = true;
    const text = `the clock threw: ${describeError(error)}; the time of the machine counts instead`;
    logger.error({ err: error }, text);
  };
  return {
    now() {
      try {
        lastNow = clock.now();
      } catch (error) {
        tell(error);
      }
      return lastNow;
    },
    wallTime() {
      try {
        return clock.wallTime();
      } catch (error) {
        tell(error);
        return systemClock.wallTime();
      }
    },
    setTimeout(callback, delayMs, options) {
      try {
        return clock.setTimeout(callback, delayMs, options);
      } catch (error) {
        tell(error);
        return new MachineTimer(systemClock.setTimeout(callback, delayMs, options));
      }
    },
    clearTimeout(handle) {
      if (handle instanceof MachineTimer) {
        systemClock.clearTimeout(handle.handle);
        return;
      }
      try {
        clock.clearTimeout(handle);
      } catch (error) {
        tell(error);
      }
    },
  };
}

/** Chance of the user's own, which never throws and is from 0 up to 1: the middle otherwise. */
export function guardRandom(random: () => number): () => number {
  if (random === Math.random) return random;
  return () => {
    try {
      const drawn = random();
      return drawn >= 0 && drawn < 1 ? drawn : 0.5;
    } catch {
      // It only spreads delays, so nothing is wrong but that they are not spread.
      return 0.5;
    }
  };
}

/** A way to yield of the user's own; where it throws, the machine's is taken. */
export function guardTurn(
  turn: (callback: () => void) => void,
  logger: Logger,
): (callback: () => void) => void {
  if (turn === yieldTurn) return turn;
  return (callback) => {
    try {
      turn(callback);
    } catch (error) {
      logger.error({ err: error }, `yieldTurn threw: ${describeError(error)}; setImmediate is taken instead`);
      yieldTurn(callback);
    }
  };
}
