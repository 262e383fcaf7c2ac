import { open } from 'node:fs/promises';
import type { RecordingSink } from './RecordingSink';

/** A file, made new. Each write has its place, so that one that was cut short is written over by its repetition. */
export async function createFileSink(file: string): Promise<RecordingSink> {
  const handle = await open(file, 'w');
  let position = 0;
  return {
    async write(bytes) {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
      }
      position += bytes.length;
    },
    async close() {
      try {
        // A failed last write may have left a piece behind.
        await handle.truncate(position);
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
  };
}
