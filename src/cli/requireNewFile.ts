import { open } from 'node:fs/promises';
import { readRecording } from '../testing/index';
import { UsageError } from './UsageError';

/**
 * Makes sure that a new file can be written before anything is begun that ends in it. Throws UsageError when it cannot, or when there is
 * something in it: a recorded measurement is not written over. What a failed start left behind, a recording without events, may be.
 *
 * @param option what the message calls it, such as --record
 */
export async function requireNewFile(option: string, file: string): Promise<void> {
  let size: number;
  try {
    const handle = await open(file, 'a');
    ({ size } = await handle.stat());
    await handle.close();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${option} ${file} cannot be written: ${reason}`, 'choose another file', {
      cause: error,
    });
  }
  if (size > 0 && (await holdsSomething(file))) {
    throw new UsageError(`${option} ${file} is there already`, 'remove it or choose another name');
  }
}

async function holdsSomething(file: string): Promise<boolean> {
  try {
    for await (const event of readRecording(file)) return event !== undefined;
    return false;
  } catch {
    return true;
  }
}
