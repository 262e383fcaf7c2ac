import type { StopCause } from './Io';

/** What a command ends with. */
export const ExitCode = {
  ok: 0,
  /** The peer, the system or the verdict said no. */
  refused: 1,
  /** Wrong usage or configuration. */
  usage: 2,
} as const;

/** For a command that was stopped before its work was done: 128 and the number of the signal, as shells have it. */
export const stoppedExitCode: Readonly<Record<StopCause, number>> = { SIGINT: 130, SIGTERM: 143, EPIPE: 0 };
