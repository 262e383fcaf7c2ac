import type { AppOptions } from '../../index';

/** Where a command writes. Nothing here throws or rejects. */
export interface Output {
  /**
   * Writes in the order of the calls.
   *
   * @param onTaken called with true once the system has taken it, with false when it was dropped: it cannot
   * be written, or too much waits
   */
  write(content: string | Uint8Array, onTaken?: (taken: boolean) => void): void;
  /** Resolves when everything written so far was taken or dropped. */
  flushed(): Promise<void>;
  /** So many writes were dropped. */
  readonly dropped: number;
  /** Why nothing more can be written; EPIPE when its reader is gone. */
  readonly failure: NodeJS.ErrnoException | undefined;
  readonly colours: boolean;
  /** It is a terminal, so that lines are for people. */
  readonly tty: boolean;
  /** Somebody looks on, so that what is there can be written over. */
  readonly terminal: boolean;
}

/**
 * Why a command is asked to end early. `EPIPE`: nobody reads stdout any more; `stdout`: it cannot be written.
 */
export type StopCause = 'SIGINT' | 'SIGTERM' | 'EPIPE' | 'stdout';

/** All that a command knows of the process around it, so that a spec can hand in its own. */
export interface Io {
  /** Results. */
  readonly stdout: Output;
  /** Everything else. */
  readonly stderr: Output;
  /** Reading it ends with an error when it cannot be read, and when the command is asked to stop. */
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Aborts with a StopCause as its reason: at the first signal, or when stdout has ended. */
  readonly stop: AbortSignal;
  /** From now on SIGHUP calls back instead of ending the process. */
  onHangup(callback: () => void): void;
  /**
   * For work with modules of others: until the returned function is called, a process that ends by their
   * doing, or because nothing is left to do, does not end with exit code 0, and says `text`.
   */
  readonly guardExit?: (text: string) => () => void;
  /** What apps are made with. */
  readonly app: Pick<AppOptions, 'clock' | 'transport'>;
}

/** What a command ends with. */
export const ExitCode = {
  ok: 0,
  /** The peer, the system or the verdict said no. */
  refused: 1,
  /** Wrong usage or configuration. */
  usage: 2,
} as const;

/**
 * For a command that was stopped before its work was done: 128 and the number of the signal, as shells have
 * it.
 */
export const stoppedExitCode: Readonly<Record<StopCause, number>> = {
  SIGINT: 130,
  SIGTERM: 143,
  EPIPE: 0,
  stdout: ExitCode.refused,
};

/** Writes and waits until the system has taken it; false when it was dropped. */
export function written(output: Output, content: string | Uint8Array): Promise<boolean> {
  return new Promise((resolve) => output.write(content, resolve));
}

/** Resolves when the command is asked to end. */
export function stopped({ stop }: Pick<Io, 'stop'>): Promise<StopCause> {
  return new Promise((resolve) => {
    const done = (): void => resolve(stop.reason as StopCause);
    if (stop.aborted) done();
    else stop.addEventListener('abort', done, { once: true });
  });
}

/** What the parts of a command are made with, and no more than that. */
export function partsOf({ app: { clock, transport } }: Pick<Io, 'app'>): Io['app'] {
  return {
    ...(clock === undefined ? {} : { clock }),
    ...(transport === undefined ? {} : { transport }),
  };
}
