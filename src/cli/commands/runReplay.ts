import { describeError } from '../../runtime/describeError';
import { writeFile } from 'node:fs/promises';
import {
  type Recording,
  type Replay,
  type ReplayOptions,
  type VirtualTime,
  formatVerdict,
  formatVerdictJUnit,
  formatVerdictJson,
  replayRecording,
  replayToHost,
  virtualTime,
} from '../../testing/index';
import { createCliLogger } from '../output/createAppLogger';
import {
  ExitCode,
  type Io,
  type Output,
  type StopCause,
  stopped,
  stoppedExitCode,
  partsOf,
} from '../process/Io';
import type { ClientConfig, Logger } from '../../index';
import { addHandlers } from '../handlers/addHandlers';
import { realClock } from '../process/realClock';
import { ReplayProgress } from './ReplayProgress';
import { takeOver } from './takeOver';
import { showProgress } from '../output/showProgress';
import { UsageError } from '../arguments/Command';

/** Tells what one should know of a recording that was read to its end, such as a cut last line. */
export function warnAbout(recording: Recording, output: Output): void {
  const logger = createCliLogger(output);
  for (const warning of recording.warnings) logger.warn({}, warning);
}

/** How a recording is replayed, and where its verdict goes. */
interface RunReplayOptions extends Pick<ReplayOptions, 'answerMs' | 'cut' | 'ignore' | 'mode' | 'rules'> {
  readonly speed: number | 'max';
  /** Into handlers only. */
  readonly virtual: boolean;
  readonly json: boolean;
  readonly logger: Logger;
  readonly junit: string | undefined;
  /** What differs is to be taken over into the recording: after asking, or at once. */
  readonly update: 'ask' | 'at once' | undefined;
}

/** What gets the recorded messages. */
type ReplayTarget = { readonly host: ClientConfig } | { readonly handlers: string };

const DAY_MS = 86_400_000;
/**
 * Not more time than this passes for a replay, so that handlers with endless timers don't keep it going for
 * ever.
 */
const VIRTUAL_LIMIT_MS = 366 * DAY_MS;
/** What handlers load when they begin may take its time. */
const VIRTUAL_GRACE_MS = 5000;

/** Replays a recording, prints the verdict and gives the exit code. */
export async function runReplay(
  recording: Recording,
  target: ReplayTarget,
  options: RunReplayOptions,
  io: Io,
): Promise<number> {
  const unguard = io.guardExit?.(
    'rxcomet replay: no verdict, because the process was ended: do the handlers call process.exit, or wait for nothing?',
  );
  try {
    return await judge(recording, target, options, io);
  } finally {
    unguard?.();
  }
}

async function judge(
  recording: Recording,
  target: ReplayTarget,
  { json, junit, update, ...options }: RunReplayOptions,
  io: Io,
): Promise<number> {
  const once = (): Promise<Replay | StopCause> =>
    replayOnce(recording, target, options, update !== undefined, io);
  const ended = await once();
  if (typeof ended === 'string') return stoppedExitCode[ended];
  const { verdict } = ended;
  warnAbout(recording, io.stderr);
  io.stdout.write(
    json ? `${formatVerdictJson(verdict)}\n` : formatVerdict(verdict, { colour: io.stdout.colours }),
  );
  if (junit !== undefined) await write(junit, formatVerdictJUnit(verdict, recording.file));
  if (verdict.passed) return ExitCode.ok;
  if (update === undefined) return ExitCode.refused;
  return takeOver(recording.file, ended, once, { ...options, asks: update === 'ask' }, io);
}

async function replayOnce(
  recording: Recording,
  target: ReplayTarget,
  { logger, virtual, ...rules }: Omit<RunReplayOptions, 'json' | 'junit' | 'update'>,
  keepEvents: boolean,
  io: Io,
): Promise<Replay | StopCause> {
  // Where time is virtual, what is left of it says nothing.
  const progress = new ReplayProgress(recording, virtual ? 'max' : rules.speed);
  const hide = showProgress(io.stderr, virtual ? realClock : io.app.clock, (elapsedMs) =>
    progress.line(elapsedMs),
  );
  const time = virtual ? virtualTime({ graceMs: VIRTUAL_GRACE_MS, limitMs: VIRTUAL_LIMIT_MS }) : undefined;
  const given = { ...rules, keepEvents, ...(time === undefined ? {} : { time }) };
  const replay = start(progress, target, given, logger, io);
  try {
    const ended = await Promise.race([replay, stopped(io)]);
    // To a host it ends by the same signal; into handlers nothing real is left behind.
    if (typeof ended === 'string') replay.catch(() => undefined);
    return ended;
  } finally {
    hide();
    time?.uninstall();
  }
}

function start(
  progress: ReplayProgress,
  target: ReplayTarget,
  rules: Pick<ReplayOptions, 'answerMs' | 'cut' | 'ignore' | 'keepEvents' | 'mode' | 'rules' | 'speed'> & {
    readonly time?: VirtualTime;
  },
  logger: Logger,
  io: Io,
): Promise<Replay> {
  const { clock } = io.app;
  const options = {
    ...rules,
    ...(clock === undefined ? {} : { clock }),
    onEvent: progress.replayed.bind(progress),
  };
  if ('host' in target) {
    const { time: _time, ...real } = options;
    return replayToHost(progress.recording, { ...real, ...partsOf(io), to: target.host, signal: io.stop });
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
    const reason = describeError(error);
    throw new UsageError(`--junit cannot be written: ${reason}`, '', { cause: error });
  }
}
