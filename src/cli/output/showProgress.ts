import type { Clock } from '../../index';
import { systemClock } from '../../runtime/Clock';
import type { Output } from '../process/Io';

const INTERVAL_MS = 500;
/** Back to the begin of the line, and empty it. */
const RESTART = '\r\u001b[K';

/**
 * Shows how long work gets on: one line on a terminal, written over and over; nothing in a pipe. Gives back
 * what takes the line away; call it before anything else is written there.
 *
 * @param line what to show, asked twice a second with the time since the begin
 * @example
 * const hide = showProgress(io.stderr, io.app.clock, () => `${messages} messages`);
 */
export function showProgress(
  output: Output,
  clock: Clock = systemClock,
  line: (elapsedMs: number) => string,
): () => void {
  if (!output.terminal) return () => undefined;
  const startedAt = clock.now();
  let timer: unknown;
  const show = (): void => {
    output.write(`${RESTART}${line(clock.now() - startedAt)}`);
    timer = clock.setTimeout(show, INTERVAL_MS);
  };
  timer = clock.setTimeout(show, INTERVAL_MS);
  let hidden = false;
  return () => {
    clock.clearTimeout(timer);
    if (!hidden) output.write(RESTART);
    hidden = true;
  };
}

/** How many messages there were, and how many a second. */
export function formatSpeed(messages: number, elapsedMs: number): string {
  const perSecond = elapsedMs > 0 ? (messages * 1000) / elapsedMs : 0;
  const speed = perSecond >= 10 ? Math.round(perSecond) : Math.round(perSecond * 10) / 10;
  return `${messages} ${messages === 1 ? 'message' : 'messages'}, ${speed}/s`;
}
