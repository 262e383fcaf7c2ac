import type { Clock } from '../../index';

// Kept at load, before virtual time can replace them.
const { setTimeout, clearTimeout, Date, performance } = globalThis;
const now = performance.now.bind(performance);
const wallTime = Date.now.bind(Date);

/** The time of the machine, also while virtual time stands in for that of the program. */
export const realClock: Clock = {
  now,
  wallTime,
  setTimeout: (callback, ms) => setTimeout(callback, ms).unref(),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
};
