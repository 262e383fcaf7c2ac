import { describeError } from '../../runtime/describeError';
import { open, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readRecording, recordingPartFile } from '../../testing/index';
import { UsageError } from './Command';

const REMEDY = 'remove it or choose another name';

/**
 * Makes sure that a new recording can be written before anything is begun that ends in it. Throws UsageError
 * when it cannot, or when there is something in it: a recorded measurement is not written over. What a failed
 * start left behind, a recording without events, may be.
 *
 * @param option what the message calls it, such as --record
 * @param rotated the recording may be spread over several files, none of which may be there
 */
export async function requireNewFile(option: string, file: string, rotated = false): Promise<void> {
  const refuse = (error: unknown): never => {
    const reason = describeError(error);
    throw new UsageError(`${option} ${file} cannot be written: ${reason}`, 'choose another file', {
      cause: error,
    });
  };
  const parts = rotated ? await furtherParts(file).catch(refuse) : [];
  for (const part of parts) {
    if (!(await holdsSomething(part))) continue;
    throw new UsageError(`${option} ${file} would go on in ${part}, which is there already`, REMEDY);
  }
  const size = await makeFile(file).catch(refuse);
  if (size > 0 && (await holdsSomething(file))) {
    throw new UsageError(`${option} ${file} is there already`, REMEDY);
  }
}

/** Gives its size; what is in it stays. */
async function makeFile(file: string): Promise<number> {
  const handle = await open(file, 'a');
  try {
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

/** Whatever their numbers: a part may have been moved away. */
async function furtherParts(file: string): Promise<string[]> {
  const folder = dirname(file);
  const isPart = (name: string): boolean =>
    (name.match(/\d+/g) ?? []).some(
      (digits) => Number(digits) > 1 && basename(recordingPartFile(file, Number(digits))) === name,
    );
  return (await readdir(folder)).filter(isPart).map((name) => join(folder, name));
}

async function holdsSomething(file: string): Promise<boolean> {
  try {
    for await (const event of readRecording(file)) return event !== undefined;
    return false;
  } catch {
    return true;
  }
}
