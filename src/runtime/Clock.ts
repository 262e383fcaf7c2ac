/**
 * Time as the core knows it. Handed in, so that a spec or a replay can own it; `systemClock` is the real one.
 */
export interface Clock {
  /** Milliseconds that only ever go forward; for measuring and deadlines. */
  now(): number;
  /** Wall-clock time in milliseconds since 1970, UTC. */
  wallTime(): number;
  /** Calls back once after `delayMs`; the handle goes to `clearTimeout`. Keeps the process alive only when `options.ref` is true. */
  setTimeout(callback: () => void, delayMs: number, options?: { readonly ref?: boolean }): unknown;
  clearTimeout(handle: unknown): void;
}

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

/**
 * Calls back after the event loop has had a turn for timers and sockets. The default of everything that works in bounded slices; a
 * spec or a replay hands in its own.
 */
export function yieldTurn(callback: () => void): void {
  setImmediate(callback);
}
