import type { Logger } from '../../index';
import { describeError } from '../../runtime/describeError';
import { JsonPath, type RecordingSummary, type UnusedRedaction } from '../../testing/index';
import { ExitCode, type Output } from '../process/Io';
import { createCliLogger } from '../output/createAppLogger';
import { paint } from '../output/paint';

/**
 * Tells what became of a recording; exit code 1 when anything of it was lost, or when a path to hide was not
 * there.
 */
export function reportRecording(summary: RecordingSummary, name: string, output: Output): number {
  const { files, written, lost, unusedRedact, error } = summary;
  const where = files.length > 1 ? files.join(', ') : name;
  output.write(`recorded ${written} ${written === 1 ? 'event' : 'events'} in ${where}\n`);
  tellUnusedRedact(unusedRedact, output);
  if (lost === 0 && error === undefined) {
    return unusedRedact.length > 0 ? ExitCode.refused : ExitCode.ok;
  }
  const reason = error === undefined ? 'the disk was slow or full' : describeError(error);
  output.write(`${paint(output, 'red', 'error:')} the recording lacks ${lost} events: ${reason}\n`);
  return ExitCode.refused;
}

/** Tells of paths that hid nothing, with what may have been meant. */
export function tellUnusedRedact(unused: readonly UnusedRedaction[], output: Output): void {
  const logger = createCliLogger(output);
  for (const { path, hint } of unused) {
    logger.warn({}, `--redact ${path} hid nothing${hint === '' ? '' : `: ${hint}`}`);
  }
}

/**
 * Tells at once of paths that can hide nothing: at the end of a night it would be too late. Throws BadOption
 * for a path that is none.
 */
export function warnOfRedact(paths: readonly string[], logger: Logger): void {
  for (const path of paths) {
    const rule = new JsonPath(path);
    if (rule.mayMatchBelow(['value']) || rule.mayMatchBelow(['result'])) continue;
    logger.warn(
      {},
      `--redact ${path} can hide nothing: a path begins with value or result, such as **.${path}`,
    );
  }
}
