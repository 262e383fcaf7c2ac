import type { Writable } from 'node:stream';
import type { Clock } from '../../index';
import { systemClock } from '../../runtime/Clock';
import type { Output } from './Io';

/** As much as may wait for the disk of a recording. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
/** A reader that takes nothing for so long after the command was asked to end is not waited for. */
const PATIENCE_MS = 5000;

/** A stream of the process, or what a spec has in its place. */
export type OutputStream = Pick<Writable, 'on' | 'write' | 'writableLength'> & { readonly isTTY?: boolean };

/** What `createOutput` is told. */
export interface OutputOptions {
  /**
   * True for a log: what cannot be written is dropped, and it goes on as soon as it can. False for results:
   * the first failure ends the output, because results with a gap are none.
   */
  readonly resumes: boolean;
  /** Aborts when the command is asked to end. */
  readonly stop: AbortSignal;
  /** Called once, when nothing more can be written. */
  readonly onEnded: (error: NodeJS.ErrnoException) => void;
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
}

/**
 * An `Output` on a stream of the process. It never throws, and holds at most 16 MiB for a reader that is
 * slow.
 */
export function createOutput(
  stream: OutputStream,
  { resumes, stop, onEnded, clock = systemClock }: OutputOptions,
): Output {
  /** Writes that the system has not taken yet. */
  const pending = new Set<(taken: boolean) => void>();
  let failure: NodeJS.ErrnoException | undefined;
  let dropped = 0;
  let settled = 0;
  const onFlushed: (() => void)[] = [];

  const end = (error: NodeJS.ErrnoException): void => {
    if (failure !== undefined) return;
    failure = error;
    onEnded(error);
    for (const settle of pending) settle(false);
  };
  const watchReader = (settledBefore: number): void => {
    clock.setTimeout(() => {
      if (pending.size > 0 && settled === settledBefore) {
        end(
          new Error(`its reader has taken nothing for ${PATIENCE_MS / 1000} s since the command was to end`),
        );
      } else watchReader(settled);
    }, PATIENCE_MS);
  };

  // Each write is told of its failure; an event that nobody hears would end the process.
  stream.on('error', () => undefined);
  stop.addEventListener('abort', () => watchReader(settled), { once: true });

  const { NO_COLOR = '', TERM } = process.env;
  const tty = stream.isTTY ?? false;
  const terminal = tty && TERM !== 'dumb';
  return {
    write(content, onTaken) {
      const bytes = stream.writableLength + content.length;
      const full = stream.writableLength > 0 && bytes > MAX_WAITING_BYTES;
      if (full && !resumes) end(new Error(`${bytes} bytes wait for its reader`));
      if (full || failure !== undefined) {
        dropped += 1;
        onTaken?.(false);
        return;
      }
      const settle = (taken: boolean): void => {
        if (!pending.delete(settle)) return;
        settled += 1;
        if (!taken) dropped += 1;
        onTaken?.(taken);
        if (pending.size === 0) for (const resolve of onFlushed.splice(0)) resolve();
      };
      pending.add(settle);
      stream.write(content, (error?: NodeJS.ErrnoException | null) => {
        const taken = error === undefined || error === null;
        // A pipe whose reader is gone stays so.
        if (!taken && (!resumes || error.code === 'EPIPE')) end(error);
        settle(taken);
      });
    },
    flushed: () =>
      pending.size === 0 ? Promise.resolve() : new Promise((resolve) => onFlushed.push(resolve)),
    get dropped() {
      return dropped;
    },
    get failure() {
      return failure;
    },
    colours: terminal && NO_COLOR === '',
    tty,
    terminal,
  };
}
