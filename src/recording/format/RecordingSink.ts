import { open } from 'node:fs/promises';
import { type Gzip, constants, createGzip } from 'node:zlib';

/** Where the bytes of one recording file go. Each call is awaited before the next. */
export interface RecordingSink {
  /**
   * Takes the bytes, or rejects; after a rejection the same bytes are handed in again, and nothing of them
   * may stand twice.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Makes what was written survive a power cut, then closes. */
  close(): Promise<void>;
}

/**
 * A file, made new. Each write has its place, so that one that was cut short is written over by its
 * repetition.
 */
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

/**
 * Gzip whose output can be asked for after each piece, so that what was handed in can be read although the
 * file isn't finished.
 */
export class SyncGzip {
  readonly #gzip: Gzip = createGzip();
  #out: Buffer[] = [];

  constructor() {
    this.#gzip.on('data', (chunk: Buffer) => this.#out.push(chunk));
  }

  /** The compressed bytes of a piece, complete up to its last character. */
  compress(piece: string | Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#gzip.once('error', reject);
      this.#gzip.write(piece);
      this.#gzip.flush(constants.Z_SYNC_FLUSH, () => {
        this.#gzip.off('error', reject);
        resolve(this.#take());
      });
    });
  }

  /** The last bytes of the file. */
  finish(): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#gzip.once('error', reject);
      this.#gzip.once('end', () => resolve(this.#take()));
      this.#gzip.end();
    });
  }

  #take(): Uint8Array {
    const bytes = Buffer.concat(this.#out);
    this.#out = [];
    return bytes;
  }
}
