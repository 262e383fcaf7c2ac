import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type RecordingSink, SyncGzip, createFileSink } from './RecordingSink';

/** Gathered bytes of this length are written. */
const BATCH_BYTES = 256 * 1024;

/**
 * A file that takes the place of another as a whole, or not at all: it is written beside it, under a name of
 * its own, and renamed once it is on the disk. Whoever ends the process, and whenever, the file has its old
 * content or its new one. What a killed process leaves behind is named `.NAME.PID.tmp`.
 */
export class ReplacementFile {
  readonly #file: string;
  readonly #unfinished: string;
  readonly #sink: RecordingSink;
  readonly #gzip: SyncGzip | undefined;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #isClosed = false;

  private constructor(file: string, unfinished: string, sink: RecordingSink, gzip: SyncGzip | undefined) {
    this.#file = file;
    this.#unfinished = unfinished;
    this.#sink = sink;
    this.#gzip = gzip;
  }

  /** Begins one; rejects with the error of the system when the folder takes no file. */
  static async open(file: string, gzip = file.endsWith('.gz')): Promise<ReplacementFile> {
    // A link stays one, to the file that is replaced.
    const target = await realpath(file).catch(() => file);
    const unfinished = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
    const mode = await stat(target).then(
      (found) => found.mode,
      () => undefined,
    );
    const sink = await createFileSink(unfinished);
    const replacement = new ReplacementFile(target, unfinished, sink, gzip ? new SyncGzip() : undefined);
    if (mode !== undefined) await changeMode(unfinished, mode);
    return replacement;
  }

  async write(piece: string | Uint8Array): Promise<void> {
    const bytes = typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= BATCH_BYTES) await this.#flush();
  }

  /** Brings everything to the disk; the old file is still there. */
  async finish(): Promise<void> {
    await this.#flush();
    if (this.#gzip !== undefined) await this.#sink.write(await this.#gzip.finish());
    this.#isClosed = true;
    await this.#sink.close();
  }

  /** After `finish`: takes the place of the old file. */
  async commit(): Promise<void> {
    await rename(this.#unfinished, this.#file);
    await syncFolder(dirname(this.#file));
  }

  /** Leaves the old file as it is. Does nothing after `commit`. */
  async discard(): Promise<void> {
    if (!this.#isClosed) await this.#sink.close().catch(() => undefined);
    this.#isClosed = true;
    await rm(this.#unfinished, { force: true });
  }

  async #flush(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    await this.#sink.write(this.#gzip === undefined ? bytes : await this.#gzip.compress(bytes));
  }
}

async function changeMode(file: string, mode: number): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.chmod(mode);
  } finally {
    await handle.close();
  }
}

/** So that a power cut does not undo the renaming; a system that cannot do it is none the worse. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Windows opens no folders.
  }
}
