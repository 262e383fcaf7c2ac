/**
 * Calls back after the event loop has had a turn for timers and sockets. The default of everything that works in bounded slices; a
 * spec or a replay hands in its own.
 */
export function yieldTurn(callback: () => void): void {
  setImmediate(callback);
}
