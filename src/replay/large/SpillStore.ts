import { describeError } from '../../runtime/describeError';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BadOption } from '../../errors/setUp';

const BLOCK_BYTES = 64 * 1024;
const LENGTH_BYTES = 4;

interface Block {
  readonly bytes: Buffer;
  /** The file holds it as it is. */
  saved: boolean;
}

/**
 * Keeps texts: the blocks used last in memory, 16 MiB by default, the others in a temporary file, which is
 * made only when they are needed. It lies in the folder for temporary files (TMPDIR) and has no name there,
 * so that nothing is left behind however the process ends.
 */
export class SpillStore {
  readonly #maxBlocks: number;
  readonly #folder: string;
  /** In the order used. */
  readonly #blocks = new Map<number, Block>();
  #size = 0;
  #file: number | undefined;

  constructor(memoryBytes = 16 * 1024 * 1024, folder = tmpdir()) {
    this.#folder = folder;
    this.#maxBlocks = Math.max(2, Math.floor(memoryBytes / BLOCK_BYTES));
  }

  /**
   * Gives back where it stands.
   *
   * @throws BadOption (ERR_BAD_OPTION) when the temporary file cannot be written.
   */
  add(text: string): number {
    const position = this.#size;
    const bytes = Buffer.from(text, 'utf8');
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32LE(bytes.length);
    this.#append(length);
    this.#append(bytes);
    return position;
  }

  /** The text that was added at that place. */
  get(position: number): string {
    const length = this.#read(position, LENGTH_BYTES).readUInt32LE(0);
    return this.#read(position + LENGTH_BYTES, length).toString('utf8');
  }

  /** Forgets all texts. */
  clear(): void {
    this.#blocks.clear();
    this.#size = 0;
  }

  /** Forgets all texts and gives back the file. */
  close(): void {
    this.clear();
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #append(bytes: Buffer): void {
    for (let done = 0; done < bytes.length;) {
      const at = this.#size % BLOCK_BYTES;
      const block = this.#block(Math.floor(this.#size / BLOCK_BYTES));
      const copied = bytes.copy(block.bytes, at, done);
      block.saved = false;
      done += copied;
      this.#size += copied;
    }
  }

  /** The bytes may be a block's own: they hold until the next call. */
  #read(position: number, length: number): Buffer {
    const at = position % BLOCK_BYTES;
    const first = this.#block(Math.floor(position / BLOCK_BYTES)).bytes;
    if (at + length <= BLOCK_BYTES) return first.subarray(at, at + length);
    const bytes = Buffer.allocUnsafe(length);
    for (let done = 0; done < length;) {
      const block = this.#block(Math.floor((position + done) / BLOCK_BYTES)).bytes;
      done += block.copy(bytes, done, (position + done) % BLOCK_BYTES);
    }
    return bytes;
  }

  #block(number: number): Block {
    const known = this.#blocks.get(number);
    const block = known ?? this.#load(number);
    // Last in the order of use.
    if (known !== undefined) this.#blocks.delete(number);
    this.#blocks.set(number, block);
    return block;
  }

  #load(number: number): Block {
    let bytes: Buffer | undefined;
    if (this.#blocks.size >= this.#maxBlocks) bytes = this.#evict();
    bytes ??= Buffer.allocUnsafe(BLOCK_BYTES);
    const start = number * BLOCK_BYTES;
    const isNew = start >= this.#size;
    if (!isNew && this.#file !== undefined) readSync(this.#file, bytes, 0, BLOCK_BYTES, start);
    return { bytes, saved: !isNew };
  }

  /** Makes room; the memory of the block used longest ago. */
  #evict(): Buffer | undefined {
    for (const [number, { bytes, saved }] of this.#blocks) {
      if (!saved) this.#save(bytes, number * BLOCK_BYTES);
      this.#blocks.delete(number);
      return bytes;
    }
    return undefined;
  }

  #save(bytes: Buffer, position: number): void {
    try {
      this.#file ??= createNameless(this.#folder);
      for (let done = 0; done < BLOCK_BYTES;) {
        done += writeSync(this.#file, bytes, done, BLOCK_BYTES - done, position + done);
      }
    } catch (error) {
      const reason = describeError(error);
      throw new BadOption(
        `what does not fit into memory cannot be written to ${this.#folder}: ${reason}; set TMPDIR to a folder with room`,
        { cause: error },
      );
    }
  }
}

function createNameless(folder: string): number {
  const name = join(folder, `rxcomet-${randomUUID()}`);
  const file = openSync(name, 'wx+', 0o600);
  unlinkSync(name);
  return file;
}
