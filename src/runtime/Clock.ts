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
