import type { RecordingSummary } from '../../testing/index';
import { ExitCode, type Output } from '../process/Io';
import { paint } from '../output/paint';

/** Tells what became of a recording; exit code 1 when anything of it was lost. */
export function reportRecording(summary: RecordingSummary, name: string, output: Output): number {
  const { files, written, lost, error } = summary;
  const where = files.length > 1 ? files.join(', ') : name;
  output.write(`recorded ${written} ${written === 1 ? 'event' : 'events'} in ${where}\n`);
  if (lost === 0 && error === undefined) return ExitCode.ok;
  const reason = error === undefined ? 'the disk was slow or full' : messageOf(error);
  output.write(`${paint(output, 'red', 'error:')} the recording lacks ${lost} events: ${reason}\n`);
  return ExitCode.refused;
}

/** By its shape: not every error is an instance of our Error, such as those of node:fs under Jest. */
function messageOf(error: unknown): string {
  return (error as Error | null)?.message ?? String(error);
}
