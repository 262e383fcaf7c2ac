import { mkdirSync, readdirSync } from 'node:fs';
import type { ClassicLevel } from 'classic-level';
import { loadOptional } from '../runtime/loadOptional';
import { ACCOUNT_FILE, AccountFile, type Account } from './AccountFile';
import { lockFolder, type FolderLock } from './FolderLock';
import { FolderWatch } from './FolderWatch';
import {
  StoreProblem,
  type KeyValueStore,
  type OpenedStore,
  type StoreEntry,
  type StoreOperation,
} from './KeyValueStore';
import { finishRescue, isRescueName, rescueLevel, type RescueTarget } from './level/rescueLevel';
import { BrokenLevel, surveyLevel } from './level/surveyLevel';
import { sealValue, unsealValue } from './sealedValue';

type Level = ClassicLevel<string, Uint8Array>;
type LevelConstructor = new (folder: string, options: object) => Level;

/** A kind of store, and what marks one as of that kind. */
export interface StoreFormat {
  /** For messages: "no …". */
  readonly name: string;
  /** What needs the package, for when it is missing. */
  readonly purpose: string;
  /** Key and text of the mark. */
  readonly key: string;
  readonly text: string;
  /** The mark of the version before, whose values have no checksums. */
  readonly before: string;
  /** A write counts as confirmed when it is with the system; otherwise when it is on the disk. */
  readonly confirmsUnsynced: boolean;
}

/** Values are mostly small; a smaller cache than LevelDB's 8 MiB does, since each is read once. */
const levelOptions = { keyEncoding: 'utf8', valueEncoding: 'buffer', cacheSize: 1024 * 1024 };
const ACCOUNT_KEY = '!account';
/** Names of LevelDB's files of data. */
const DATA = /^\d+\.(?:ldb|sst|log)$/;
/** Above every key. */
const END = '\x7f';
const PAGE = 1000;
const PAGE_BYTES = 4 * 1024 * 1024;

/**
 * LevelDB in a folder that no other app has (FolderLock). Each batch goes to its log as one record with a
 * checksum, so that after a crash it is there or not.
 *
 * LevelDB trusts its files, so they are checked before it sees them, and what is whole goes into a new store
 * when some are damaged. Each value has a checksum of its own (sealedValue), and the last confirmed write
 * stands in a file beside (AccountFile).
 */
export class LevelStore implements KeyValueStore {
  readonly #folder: string;
  readonly #format: StoreFormat;
  readonly #asIs: boolean;
  #level: Level | undefined;
  #lock: FolderLock | undefined;
  #account: AccountFile | undefined;
  #watch: FolderWatch | undefined;
  /** Number of the last write. */
  #writes = 0;
  /** LevelDB came upon damage while it was open. */
  #corrupt = false;
  /** The files were deleted while they were open. */
  #removed = false;

  /** @param options `asIs` refuses a folder that is not there or is damaged, and leaves it as it is. */
  constructor(folder: string, format: StoreFormat, options: { readonly asIs?: boolean } = {}) {
    this.#folder = folder;
    this.#format = format;
    this.#asIs = options.asIs ?? false;
  }

  async open(): Promise<OpenedStore> {
    const Constructor = this.#load();
    this.#checkFolder();
    this.#lock = await lockFolder(this.#folder);
    if (this.#lock === undefined) throw new StoreProblem('locked', 'another app has locked the folder');
    try {
      this.#account = new AccountFile(this.#folder);
      return await this.#openFiles(Constructor, true);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async reopen(): Promise<OpenedStore> {
    if (this.#lock === undefined) return this.open();
    if (this.#removed) {
      // Another folder by now, with a lock of its own.
      await this.close().catch(() => undefined);
      return this.open();
    }
    await this.#closeLevel().catch(() => undefined);
    return this.#openFiles(this.#load(), this.#corrupt);
  }

  async write(operations: readonly StoreOperation[], sync: boolean, held: string): Promise<void> {
    const account = { write: this.#writes + 1, held };
    // Operation by operation: an array of them would be copied, with the options into each, which costs more
    // than all the rest here.
    const batch = this.#opened().batch();
    for (const operation of operations) {
      if (operation.type === 'put') batch.put(operation.key, sealValue(operation.key, operation.value));
      else batch.del(operation.key);
    }
    batch.put(ACCOUNT_KEY, sealValue(ACCOUNT_KEY, encodeAccount(account)));
    await this.#noticing(batch.write({ sync }).then(() => this.#watch?.check()));
    this.#writes = account.write;
    if (sync || this.#format.confirmsUnsynced) this.#account?.write(account);
  }

  async read(from: string, to: string, limit: number, maxBytes: number): Promise<StoreEntry[]> {
    const entries = await this.#noticing(this.#readSealed(from, to, limit, maxBytes));
    return entries.map(([key, value]) => [key, unsealValue(key, value)]);
  }

  async lastKey(from: string, to: string): Promise<string | undefined> {
    const iterator = this.#opened().keys({ gte: from, lt: to, reverse: true, limit: 1 });
    try {
      return await this.#noticing(iterator.next());
    } finally {
      await iterator.close();
    }
  }

  async close(): Promise<void> {
    try {
      await this.#closeLevel();
    } finally {
      this.#account?.close();
      this.#account = undefined;
      await this.#lock?.release();
      this.#lock = undefined;
    }
  }

  #load(): LevelConstructor {
    const loaded = loadOptional('classic-level', this.#format.purpose) as {
      readonly ClassicLevel: LevelConstructor;
    };
    return loaded.ClassicLevel;
  }

  async #openFiles(Constructor: LevelConstructor, check: boolean): Promise<OpenedStore> {
    const said = this.#account?.read();
    try {
      const names = this.#names() ?? [];
      checkStart(names);
      const rescued = await finishRescue(this.#folder, names);
      const finished = rescued === undefined ? undefined : `some files were damaged; ${whereAside(rescued)}`;
      const mended = check && names.includes('CURRENT') ? await this.#mend(Constructor) : undefined;
      const damage = mended ?? finished;
      this.#level = await openLevel(Constructor, this.#folder);
      this.#watch = new FolderWatch(this.#folder);
      this.#corrupt = false;
      this.#removed = false;
      await this.#checkFormat(damage !== undefined);
      return this.#judge(said, damage);
    } catch (error) {
      const problem =
        error instanceof BrokenLevel ? new StoreProblem('damaged', error.message, { cause: error }) : error;
      if (problem instanceof StoreProblem) problem.held = said?.held;
      throw problem;
    }
  }

  /**
   * Checks the files, and makes a new store of what is whole when some are damaged. Resolves with what was
   * found.
   */
  async #mend(Constructor: LevelConstructor): Promise<string | undefined> {
    const survey = await surveyLevel(this.#folder);
    if (survey.damage.length === 0) return undefined;
    const found = survey.damage.join(', ');
    if (this.#asIs) throw new StoreProblem('damaged', found);
    const stamp = new Date().toISOString().replace(/[:.]/g, '-');
    const aside = await rescueLevel(this.#folder, survey, stamp, (folder) =>
      createTarget(Constructor, folder),
    );
    return `${found}; ${whereAside(aside)}`;
  }

  /** Holds what the store says of its last write against the file beside it. */
  async #judge(said: Account | undefined, damage: string | undefined): Promise<OpenedStore> {
    const [entry] = await this.#readSealed(ACCOUNT_KEY, `${ACCOUNT_KEY}0`, 1, 1);
    const value = entry === undefined ? undefined : unsealValue(...entry);
    const kept = value === undefined ? undefined : decodeAccount(value);
    const missing = (said?.write ?? 0) - (kept?.write ?? 0);
    const newest = missing > 0 ? said : kept;
    this.#writes = newest?.write ?? 0;
    const cut = missing > 0 ? `its last ${missing} writes are missing` : undefined;
    if (cut !== undefined && this.#asIs) throw new StoreProblem('damaged', cut);
    const all = [damage, cut].filter((text) => text !== undefined);
    return { damage: all.length === 0 ? undefined : all.join('; '), held: newest?.held };
  }

  async #checkFormat(damaged: boolean): Promise<void> {
    const { key, text, before, name } = this.#format;
    const [mark] = await this.#readSealed(key, `${key}0`, 1, 1);
    const found = mark === undefined ? undefined : Buffer.from(mark[1]).toString();
    if (found === text) return;
    if (found === before) await this.#sealAll();
    else if (found !== undefined)
      throw new StoreProblem('foreign', `it was made by another version of rxcomet (${found})`);
    else if (!(await this.#isOurs(damaged)))
      throw new StoreProblem('foreign', `it holds a LevelDB that is no ${name}`);
    await this.#opened().put(key, Buffer.from(text), { sync: true });
  }

  /** Nothing is in it, or, when its mark may be lost, something that only we write. */
  async #isOurs(damaged: boolean): Promise<boolean> {
    const some = await this.#readSealed('', END, PAGE, PAGE_BYTES);
    return (
      some.length === 0 || (damaged && some.some(([key, value]) => unsealValue(key, value) !== undefined))
    );
  }

  /** Gives a checksum to every value of a store of the version before. May be cut off and begun anew. */
  async #sealAll(): Promise<void> {
    const level = this.#opened();
    for (let from = ''; ;) {
      const entries = await this.#readSealed(from, END, PAGE, PAGE_BYTES);
      const last = entries.at(-1);
      if (last === undefined) return;
      const batch = level.batch();
      for (const [key, value] of entries) {
        if (key !== this.#format.key && unsealValue(key, value) === undefined)
          batch.put(key, sealValue(key, value));
      }
      await batch.write({ sync: true });
      from = `${last[0]}\0`;
    }
  }

  async #readSealed(
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

  async #noticing<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (codeOf(error) === 'LEVEL_CORRUPTION') this.#corrupt = true;
      if (error instanceof StoreProblem && error.kind === 'removed') this.#removed = true;
      throw error;
    }
  }

  async #closeLevel(): Promise<void> {
    const level = this.#level;
    this.#level = undefined;
    await level?.close();
  }

  #opened(): Level {
    if (this.#level === undefined) throw new Error('the store is not open');
    return this.#level;
  }

  /** Refuses a folder that holds something else. */
  #checkFolder(): void {
    const names = this.#names();
    if (names === undefined) {
      if (this.#asIs) throw new StoreProblem('missing', 'there is no such folder');
      mkdirSync(this.#folder, { recursive: true });
      return;
    }
    if (names.includes('CURRENT') || names.some((name) => isRescueName(name) || DATA.test(name))) return;
    const foreign = names.find(
      (name) => !/^(?:LOCK|LOG|LOG\.old|MANIFEST-000001|\d+\.dbtmp)$/.test(name) && name !== ACCOUNT_FILE,
    );
    if (foreign !== undefined) throw new StoreProblem('foreign', `it holds other files, such as ${foreign}`);
    if (this.#asIs) throw new StoreProblem('missing', `the folder holds no ${this.#format.name}`);
  }

  #names(): string[] | undefined {
    try {
      return readdirSync(this.#folder);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }
}

/** A store that was just being made when its process was killed has no CURRENT yet, and no data. */
function checkStart(names: readonly string[]): void {
  const isStore = names.includes('CURRENT') || names.some(isRescueName);
  if (!isStore && names.some((name) => DATA.test(name)))
    throw new StoreProblem('damaged', 'its file CURRENT is missing');
}

async function openLevel(Constructor: LevelConstructor, folder: string): Promise<Level> {
  const level = new Constructor(folder, levelOptions);
  try {
    await level.open();
    return level;
  } catch (error) {
    // The outer error says only that it failed; the cause why.
    const cause = (error as Error).cause ?? error;
    const code = codeOf(cause);
    const { message } = cause as Error;
    if (code === 'LEVEL_LOCKED') throw new StoreProblem('locked', message, { cause });
    if (code === 'LEVEL_CORRUPTION') throw new StoreProblem('damaged', message, { cause });
    throw cause;
  }
}

async function createTarget(Constructor: LevelConstructor, folder: string): Promise<RescueTarget> {
  mkdirSync(folder, { recursive: true });
  const level = await openLevel(Constructor, folder);
  return {
    async write(entries) {
      const batch = level.batch();
      for (const { key, value } of entries) {
        if (value === undefined) batch.del(key);
        else batch.put(key, value);
      }
      await batch.write({ sync: true });
    },
    close: () => level.close(),
  };
}

const whereAside = (folder: string): string => `the files as they were are in ${folder}`;

function codeOf(error: unknown): unknown {
  return (Object(error) as { readonly code?: unknown }).code;
}

/** number of the write: float64, big-endian | held in UTF-8 */
function encodeAccount({ write, held }: Account): Buffer {
  const bytes = Buffer.alloc(8 + Buffer.byteLength(held));
  bytes.writeDoubleBE(write, 0);
  bytes.write(held, 8);
  return bytes;
}

function decodeAccount(bytes: Buffer): Account {
  return { write: bytes.readDoubleBE(0), held: bytes.toString('utf8', 8) };
}
