import { BadOption } from '../../errors/setUp';
import { RxcometError } from '../../errors/RxcometError';
import { Redaction, type UnusedRedaction } from '../format/Redaction';
import { ReplacementFile } from '../format/ReplacementFile';
import type { RecordedEvent } from '../RecordedEvent';

/** What became of a recording that was made of others. */
export interface EditedRecording {
  /** Events in it. */
  readonly written: number;
  /** Paths of `redact` that hid nothing. When there are any, or no events, no file was written. */
  readonly unusedRedact: readonly UnusedRedaction[];
}

/** Writes events as a recording, as a whole or not at all. */
export async function writeEdited(
  file: string,
  started: number,
  events: AsyncIterable<RecordedEvent>,
  { redact, kept }: { readonly redact: readonly string[]; readonly kept: readonly string[] },
): Promise<EditedRecording> {
  const redaction = new Redaction(redact, kept);
  const { paths } = redaction;
  const header = {
    rxcomet: 'recording',
    version: 1,
    started: new Date(started).toISOString(),
    ...(paths.length > 0 ? { redact: paths } : {}),
  };
  let target: ReplacementFile | undefined;
  let written = 0;
  try {
    target = await ReplacementFile.open(file);
    await target.write(`${JSON.stringify(header)}\n`);
    for await (const event of events) {
      written += 1;
      await target.write(`${JSON.stringify(redaction.apply(event))}\n`);
    }
    const unusedRedact = redaction.unused;
    if (written === 0 || unusedRedact.length > 0) return { written, unusedRedact };
    await target.finish();
    await target.commit();
    return { written, unusedRedact };
  } catch (error) {
    if (error instanceof RxcometError) throw error;
    throw new BadOption(`${file} cannot be written`, { cause: error });
  } finally {
    await target?.discard();
  }
}

/** To the microsecond, as in a recording. */
export const toMicroseconds = (ms: number): number => Math.round(ms * 1000) / 1000;
