import { constants, createGzip, type Gzip } from 'node:zlib';

/** Gzip whose output can be asked for after each piece, so that what was handed in can be read although the file isn't finished. */
export class SyncGzip {
  readonly #gzip: Gzip = createGzip();
  #out: Buffer[] = [];

  constructor() {
    this.#gzip.on('data', (chunk: Buffer) => this.#out.push(chunk));
  }

  /** The compressed bytes of `text`, complete up to its last character. */
  compress(text: string): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#gzip.once('error', reject);
      this.#gzip.write(text, 'utf8');
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
