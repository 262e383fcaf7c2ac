import type { HostConfig, Logger } from '../index';
import { createStandIn, type Recording, type StandInOptions } from '../testing/index';
import { ExitCode } from './exitCodeInternals';
import { endpointConfig } from './endpointConfig';
import { formatAddress } from './formatAddress';
import { formatAnswers } from './formatAnswers';
import { formatResult } from './formatResult';
import type { Io } from './Io';
import { listenBy } from './listenBy';
import { ReplayProgress } from './ReplayProgress';
import { showProgress } from './showProgress';
import { stopped } from './stopped';
import { warnAbout } from './warnAbout';

/** How a stand-in answers, and how its report is printed. */
export interface RunStandInOptions extends Pick<StandInOptions, 'delays' | 'ignore' | 'mode' | 'side'> {
  readonly json: boolean;
  readonly logger: Logger;
}

/** Answers from a recording at an address until the command is asked to end; then tells what it was asked for, and gives the exit code. */
export async function runStandIn(
  recording: Recording,
  address: string,
  { json, logger, ...options }: RunStandInOptions,
  io: Io,
): Promise<number> {
  const { hosts, warnings } = endpointConfig('--as-host', address, 'Host');
  for (const warning of warnings) logger.warn({}, warning);
  const progress = new ReplayProgress(recording, 'max');
  const hideReading = showProgress(io.stderr, io.app.clock, (elapsedMs) => progress.line(elapsedMs));
  const peer = await listenBy(
    '--as-host',
    createStandIn(progress.recording, {
      ...options,
      ...io.app,
      listen: hosts[0] as HostConfig,
      onError: (error) => logger.warn({}, error.message),
    }),
  ).finally(hideReading);
  warnAbout(recording, io.stderr);
  // Only the report on stdout where a program reads it.
  (json ? io.stderr : io.stdout).write(`listening on ${formatAddress(peer)}\n`);
  const hide = showProgress(io.stderr, io.app.clock, () => `answered ${peer.report().answered}`);
  await stopped(io);
  hide();
  const report = await peer.close();
  io.stdout.write(json ? formatResult(report, true) : formatAnswers(report, io.stdout));
  return report.passed ? ExitCode.ok : ExitCode.refused;
}
