import type { Clock } from './Clock';

/**
 * The clock of the machine. Looks the globals up at each call, so that fake timers installed later (Jest's, @sinonjs/fake-timers) are
 * honoured.
 */
export const systemClock: Clock = {
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
