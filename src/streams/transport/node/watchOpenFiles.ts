import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import type { Clock } from '../../../runtime/Clock';
import { errorCode } from '../failures';

/** A file is opened and closed so often, which takes some ten microseconds. */
const PROBE_MS = 1000;

/**
 * Tells once, each time, when the process or the system has no file left to open (EMFILE, ENFILE), until one
 * can be opened again. Node cannot tell of it: beneath it libuv then accepts connections and drops them, so
 * that they don't keep the process busy, and says nothing.
 *
 * @param openOne opens a file and closes it again; default the null device
 * @returns ends the watch
 */
export function watchOpenFiles(
  clock: Clock,
  onNoneLeft: (error: Error) => void,
  openOne: () => void = () => closeSync(openSync(devNull, 'r')),
): () => void {
  let told = false;
  const probe = (): void => {
    const error = errorOf(openOne);
    if (error !== undefined && !told) onNoneLeft(error);
    told = error !== undefined;
    timer = clock.setTimeout(probe, PROBE_MS);
  };
  let timer = clock.setTimeout(probe, PROBE_MS);
  return () => clock.clearTimeout(timer);
}

function errorOf(openOne: () => void): Error | undefined {
  try {
    openOne();
    return undefined;
  } catch (error) {
    // Anything else says nothing about connections.
    return ['EMFILE', 'ENFILE'].includes(errorCode(error)) ? (error as Error) : undefined;
  }
}
