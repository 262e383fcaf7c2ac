/**
 * How long to wait before the next attempt to connect: `minDelayMs` doubled with each failure, spread by ±`jitter` so that clients of a
 * restarted host don't come all at once, and never above `maxDelayMs`.
 *
 * @param failures failed attempts in a row, from 1
 * @param random from 0 up to 1
 */
export function reconnectDelayMs(
  reconnect: { readonly minDelayMs: number; readonly maxDelayMs: number; readonly jitter: number },
  failures: number,
  random: number,
): number {
  const { minDelayMs, maxDelayMs, jitter } = reconnect;
  const doubled = minDelayMs * 2 ** Math.min(failures - 1, 52);
  // Spread below the longest delay: cut off at it, half of all clients would come together.
  const middle = Math.min(doubled, maxDelayMs / (1 + jitter));
  return Math.round(middle * (1 + jitter * (2 * random - 1)));
}
