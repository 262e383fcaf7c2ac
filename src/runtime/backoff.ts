/**
 * The delays of everything that tries again: connections, kept messages, streams, `retrySend`, and actors
 * that are restarted.
 *
 * `minDelayMs` doubled with each failure, spread by ±`jitter` so that the clients of a restarted host don't
 * come all at once, and never above `maxDelayMs`. Below `minDelayMs` only by the jitter.
 */
export interface Backoff {
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  /** 0 to 1. */
  readonly jitter: number;
}

/**
 * How long to wait before the next attempt, in ms.
 *
 * @param failures failed attempts in a row, from 1
 * @param random from 0 up to 1
 */
export function backoffMs(backoff: Backoff, failures: number, random: number): number {
  const { minDelayMs, maxDelayMs, jitter } = backoff;
  const doubled = minDelayMs * 2 ** Math.min(failures - 1, 52);
  // Spread below the longest delay: cut off at it, half of all clients would come together.
  const middle = Math.min(doubled, maxDelayMs / (1 + jitter));
  return Math.round(middle * (1 + jitter * (2 * random - 1)));
}
