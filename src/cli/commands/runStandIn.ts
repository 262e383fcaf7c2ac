import type { HostConfig, Logger } from '../../index';
import { type Recording, type StandInOptions, createStandIn, formatAnswers } from '../../testing/index';
import { ExitCode, type Io, stopped, partsOf } from '../process/Io';
import { endpointConfig } from '../arguments/parseAddress';
import { formatAddress, formatResult } from '../output/formatResult';
import { listenBy } from './hosts';
import { ReplayProgress } from './ReplayProgress';
import { showProgress } from '../output/showProgress';
import { warnAbout } from './runReplay';

/** How a stand-in answers, and how its report is printed. */
interface RunStandInOptions extends Pick<StandInOptions, 'delays' | 'ignore' | 'mode' | 'rules' | 'side'> {
  readonly json: boolean;
  readonly logger: Logger;
}

/**
 * Answers from a recording at an address until the command is asked to end; then tells what it was asked for,
 * and gives the exit code.
 */
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
      ...partsOf(io),
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
  io.stdout.write(json ? formatResult(report, true) : formatAnswers(report, { colour: io.stdout.colours }));
  return report.passed ? ExitCode.ok : ExitCode.refused;
}
