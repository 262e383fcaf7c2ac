import { writeFile } from 'node:fs/promises';
import type { ClientConfig, Logger } from '../index';
import {
  formatVerdict,
  formatVerdictJson,
  formatVerdictJUnit,
  replayRecording,
  replayToHost,
  type Recording,
  type Replay,
  type ReplayOptions,
} from '../testing/index';
import { addHandlers } from './addHandlers';
import { ExitCode, stoppedExitCode } from './exitCodeInternals';
import type { Io } from './Io';
import { ReplayProgress } from './ReplayProgress';
import { showProgress } from './showProgress';
import { stopped } from './stopped';
import { UsageError } from './UsageError';
import { warnAbout } from './warnAbout';

/** How a recording is replayed, and where its verdict goes. */
export interface RunReplayOptions extends Pick<ReplayOptions, 'ignore' | 'mode'> {
  readonly speed: number | 'max';
  readonly json: boolean;
  readonly logger: Logger;
  readonly junit: string | undefined;
}

/** What gets the recorded messages. */
export type ReplayTarget = { readonly host: ClientConfig } | { readonly handlers: string };

/** Replays a recording, prints the verdict and gives the exit code. */
export async function runReplay(
  recording: Recording,
  target: ReplayTarget,
  { json, junit, logger, ...rules }: RunReplayOptions,
  io: Io,
): Promise<number> {
  const progress = new ReplayProgress(recording, rules.speed);
  const hide = showProgress(io.stderr, io.app.clock, (elapsedMs) => progress.line(elapsedMs));
  const replay = start(progress, target, rules, logger, io);
  let ended: Awaited<ReturnType<typeof stopped>> | Replay;
  try {
    ended = await Promise.race([replay, stopped(io)]);
  } finally {
    hide();
  }
  if (typeof ended === 'string') {
    // To a host it ends by the same signal; into handlers nothing real is left behind.
    replay.catch(() => undefined);
    return stoppedExitCode[ended];
  }
  const { verdict } = ended;
  warnAbout(recording, io.stderr);
  io.stdout.write(
    json ? `${formatVerdictJson(verdict)}\n` : formatVerdict(verdict, { colour: io.stdout.colours }),
  );
  if (junit !== undefined) await write(junit, formatVerdictJUnit(verdict, recording.file));
  return verdict.passed ? ExitCode.ok : ExitCode.refused;
}

function start(
  progress: ReplayProgress,
  target: ReplayTarget,
  rules: Pick<RunReplayOptions, 'ignore' | 'mode' | 'speed'>,
  logger: Logger,
  io: Io,
): Promise<Replay> {
  const { clock } = io.app;
  const options = {
    ...rules,
    ...(clock === undefined ? {} : { clock }),
    keepEvents: false,
    onEvent: progress.replayed.bind(progress),
  };
  if ('host' in target) {
    return replayToHost(progress.recording, { ...options, ...io.app, to: target.host, signal: io.stop });
  }
  return replayRecording(progress.recording, {
    ...options,
    handlers: (app) => addHandlers(app, target.handlers),
    logger,
  });
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--junit cannot be written: ${reason}`, '', { cause: error });
  }
}
