import { type HostConfig, type Logger, encodeJson } from '../../index';
import { type AnswersReport, type Recording, type StandInOptions, createStandIn } from '../../testing/index';
import { ExitCode, type Io, type Output, stopped, partsOf } from '../process/Io';
import { paint } from '../output/paint';
import { endpointConfig } from '../arguments/parseAddress';
import { formatAddress, formatResult } from '../output/formatResult';
import { listenBy } from './hosts';
import { ReplayProgress } from './ReplayProgress';
import { showProgress } from '../output/showProgress';
import { warnAbout } from './runReplay';
import { escapeControls } from '../../runtime/names';
import { isBytes } from '../../runtime/bytes';

/** Longer values are cut. */
const VALUE_CHARACTERS = 200;

/** What a stand-in was asked for, against what its recording holds, for people. */
function formatAnswers(report: AnswersReport, output: Output): string {
  const { unknown, unknownCount, outOfOrder, outOfOrderCount, leftovers, leftoverCount } = report;
  const lines = [
    ...unknown.map(({ action, value }) => `not in the recording: ${action} ${short(value)}`),
    ...more(unknownCount - unknown.length, 'not in the recording'),
    ...outOfOrder.map((message) => `out of order: ${place(message)}`),
    ...more(outOfOrderCount - outOfOrder.length, 'out of order'),
    ...leftovers.map((message) => `not asked for: ${place(message)}`),
    ...more(leftoverCount - leftovers.length, 'not asked for'),
    ...report.shortfalls,
    ...report.unusedRules.map((rule) => `matched nothing: ${rule}`),
  ].map(escapeControls);
  const outcome = report.passed ? 'pass' : paint(output, 'red', 'no pass');
  const counts = [
    `answered ${report.answered}`,
    ...(report.repeated > 0 ? [`again ${report.repeated}`] : []),
    `unknown ${unknownCount}`,
    `out of order ${outOfOrderCount}`,
    `not asked for ${leftoverCount}`,
  ];
  return `${[...lines, `${outcome}: ${counts.join(', ')}`].join('\n')}\n`;
}

const place = ({
  action,
  link,
  id,
}: {
  readonly action: string;
  readonly link: number;
  readonly id: number;
}): string => `${action}, link ${link}, message ${id}`;

function short(value: unknown): string {
  const text = isBytes(value) ? `${value.length} bytes` : encodeJson(value);
  return text.length <= VALUE_CHARACTERS ? text : `${text.slice(0, VALUE_CHARACTERS)}…`;
}

const more = (count: number, what: string): string[] => (count > 0 ? [`… and ${count} more ${what}`] : []);

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
  io.stdout.write(json ? formatResult(report, true) : formatAnswers(report, io.stdout));
  return report.passed ? ExitCode.ok : ExitCode.refused;
}
