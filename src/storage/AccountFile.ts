import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';

/** What a store held after one of its writes. */
export interface Account {
  /** The number of that write, over all lives of the store. */
  readonly write: number;
  /** What the owner of the store said, see KeyValueStore.write. */
  readonly held: string;
}

/** The name of the file, in the folder of the store. */
export const ACCOUNT_FILE = 'ACCOUNT';

/** Two places are written in turn, so that one is whole whenever the process ends. */
const PLACE = 512;
/**
 * checksum of what follows: uint32 | number of the write: float64 | length of held: uint16 | held in UTF-8
 */
const START = 14;

/**
 * Says beside a store what was confirmed last. A store whose newest writes were cut off is as sound as one
 * that never had them; only this file knows better.
 *
 * Written without fsync and after the store, so that the file is never ahead of the store. After a power cut
 * it may be behind.
 */
export class AccountFile {
  readonly #file: number;
  readonly #bytes = Buffer.alloc(PLACE);

  constructor(folder: string) {
    this.#file = openSync(path.join(folder, ACCOUNT_FILE), constants.O_RDWR | constants.O_CREAT, 0o644);
  }

  /** undefined: there is none yet, or both places are damaged. */
  read(): Account | undefined {
    const places = [0, 1].map((place) => this.#read(place)).filter((account) => account !== undefined);
    return places.sort((a, b) => b.write - a.write)[0];
  }

  /**
   * Synchronous, because it is only a copy into the memory of the system, and a tenth of the work of a call
   * that comes back later. The disk has just answered; one that hangs keeps nobody here.
   */
  write({ write, held }: Account): void {
    const bytes = this.#bytes;
    bytes.writeDoubleLE(write, 4);
    const length = bytes.write(held, START);
    bytes.writeUInt16LE(length, 12);
    const end = START + length;
    bytes.writeUInt32LE(crc32(bytes.subarray(4, end)), 0);
    writeSync(this.#file, bytes, 0, end, (write % 2) * PLACE);
  }

  close(): void {
    closeSync(this.#file);
  }

  #read(place: number): Account | undefined {
    const bytes = this.#bytes;
    const read = readSync(this.#file, bytes, 0, PLACE, place * PLACE);
    if (read < START) return undefined;
    const end = START + bytes.readUInt16LE(12);
    if (end > read || crc32(bytes.subarray(4, end)) !== bytes.readUInt32LE(0)) return undefined;
    return { write: bytes.readDoubleLE(4), held: bytes.toString('utf8', START, end) };
  }
}
