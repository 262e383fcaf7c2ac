import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ClassicLevel } from 'classic-level';
import { loadOptional } from '../runtime/loadOptional';
import { FolderWatch } from './FolderWatch';
import { type KeyValueStore, type OpenedStore, type StoreOperation, StoreProblem } from './KeyValueStore';

type Level = ClassicLevel<string, Uint8Array>;

/** The manifest of a store that was just being made; from the second one on there is always a log. */
const FIRST_MANIFEST = 'MANIFEST-000001';

/**
 * LevelDB in a folder. Each batch goes to its log as one record with a checksum, so that after a crash it is there or not; a file LOCK keeps
 * others out for as long as the process lives.
 */
export class LevelStore implements KeyValueStore {
  readonly #folder: string;
  readonly #create: boolean;
  readonly #purpose: string;
  #level: Level | undefined;
  #watch: FolderWatch | undefined;

  /** @param options `create: false` refuses a folder that is not there; `purpose`: what needs the package, when that is missing */
  constructor(folder: string, options: { readonly create?: boolean; readonly purpose?: string } = {}) {
    this.#folder = folder;
    this.#create = options.create ?? true;
    this.#purpose = options.purpose ?? 'an Outbox';
  }

  async open(): Promise<OpenedStore> {
    const { ClassicLevel: Constructor } = loadOptional('classic-level', this.#purpose) as {
      readonly ClassicLevel: new (folder: string, options: object) => Level;
    };
    this.#checkFolder();
    // Values are mostly small; a smaller cache than LevelDB's 8 MiB does, since each is read once.
    const options = { keyEncoding: 'utf8', valueEncoding: 'buffer', cacheSize: 1024 * 1024 };
    const level = new Constructor(this.#folder, options);
    try {
      await level.open();
    } catch (error) {
      // The outer error says only that it failed; the cause why.
      throw openProblem((error as Error).cause ?? error);
    }
    this.#level = level;
    this.#watch = new FolderWatch(this.#folder);
    return { damage: this.#damage() };
  }

  async write(operations: readonly StoreOperation[], sync: boolean): Promise<void> {
    // Operation by operation: an array of them would be copied, with the options into each, which costs more than all the rest here.
    const batch = this.#opened().batch();
    for (const operation of operations) {
      if (operation.type === 'put') batch.put(operation.key, operation.value);
      else batch.del(operation.key);
    }
    await batch.write({ sync });
    this.#watch?.check();
  }

  async read(
    from: string,
    to: string,
    limit: number,
    maxBytes: number,
  ): Promise<[key: string, value: Uint8Array][]> {
    const found: [string, Uint8Array][] = [];
    const iterator = this.#opened().iterator({ gte: from, lt: to, limit, fillCache: false });
    try {
      let bytes = 0;
      while (bytes < maxBytes) {
        // A turn gives as many as fit in its own buffer of 16 KiB, one at least.
        const entries = await iterator.nextv(limit);
        if (entries.length === 0) break;
        for (const entry of entries) {
          found.push(entry);
          bytes += entry[1].byteLength;
        }
      }
    } finally {
      await iterator.close();
    }
    return found;
  }

  async lastKey(from: string, to: string): Promise<string | undefined> {
    const iterator = this.#opened().keys({ gte: from, lt: to, reverse: true, limit: 1 });
    try {
      return await iterator.next();
    } finally {
      await iterator.close();
    }
  }

  async close(): Promise<void> {
    const level = this.#level;
    this.#level = undefined;
    await level?.close();
  }

  #opened(): Level {
    if (this.#level === undefined) throw new Error('the store is not open');
    return this.#level;
  }

  /** LevelDB takes a folder that lost its first or last file for a new store and would empty it. */
  #checkFolder(): void {
    const names = this.#names();
    if (names === undefined) {
      if (!this.#create) throw new StoreProblem('missing', 'there is no such folder');
      mkdirSync(this.#folder, { recursive: true });
      return;
    }
    const has = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
    if (!has(/^CURRENT$/)) {
      // A store that was just being made when its process was killed has no CURRENT yet, and no data.
      if (has(/\.(ldb|sst)$|^\d+\.log$/)) throw new StoreProblem('damaged', 'its file CURRENT is missing');
      const foreign = names.find((name) => !/^(LOCK|LOG|LOG\.old|MANIFEST-000001|\d+\.dbtmp)$/.test(name));
      if (foreign !== undefined)
        throw new StoreProblem('foreign', `it holds other files, such as ${foreign}`);
      if (!this.#create) throw new StoreProblem('missing', 'the folder holds no outbox');
    } else if (!has(/^\d+\.log$/) && this.#text('CURRENT').trim() !== FIRST_MANIFEST) {
      throw new StoreProblem('damaged', 'its log is missing');
    }
  }

  #names(): string[] | undefined {
    try {
      return readdirSync(this.#folder);
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** LevelDB skips records of its log whose checksum is wrong and tells so only in its own text file. */
  #damage(): string | undefined {
    let bytes = 0;
    for (const [, count] of this.#text('LOG').matchAll(/\.log: dropping (\d+) bytes; Corruption/g)) {
      bytes += Number(count);
    }
    return bytes === 0 ? undefined : `${bytes} bytes of its log had a wrong checksum and were left out`;
  }

  #text(name: string): string {
    try {
      return readFileSync(path.join(this.#folder, name), 'utf8');
    } catch {
      return '';
    }
  }
}

function openProblem(error: unknown): unknown {
  const { code, message } = error as { readonly code?: unknown; readonly message: string };
  if (code === 'LEVEL_LOCKED') return new StoreProblem('locked', message, { cause: error });
  // A missing manifest is told as an error of reading.
  if (code === 'LEVEL_CORRUPTION' || /MANIFEST-\d+: No such file/.test(message)) {
    return new StoreProblem('damaged', message, { cause: error });
  }
  return error;
}
