import type {
  DedupHook,
  DedupStore,
  KeptAnswer,
  OpenedDedup,
  StoredKey,
} from '../../streams/dedup/DedupStore';
import { dedupFailure, openFailure } from './failures';
import {
  decodeAnswer,
  decodeKeyRecord,
  encodeAnswer,
  encodeKeyRecord,
  KeyState,
  type KeyRecord,
} from './records';
import { type KeyValueStore, type StoreOperation, StoreProblem } from '../KeyValueStore';
import { LevelStore } from '../LevelStore';

/** Where the store is, and what specs put into it. */
export interface DiskDedupStoreOptions {
  /** Its folder; made when it isn't there. */
  readonly path: string;
  /** For specs that end the process at a step. */
  readonly hook?: DedupHook | undefined;
  /** Default: LevelDB in the folder. */
  readonly files?: KeyValueStore;
}

/** An answer up to this size stands beside its key: most are smaller, and cost one write then. */
const INLINE_BYTES = 256;
/** What one batch takes, roughly: thousands of keys may be forgotten at once. */
const BATCH_OPERATIONS = 4096;
/** Keys read at once when the store is opened. */
const READ_KEYS = 10_000;
const READ_BYTES = 4 * 1024 * 1024;
const VERSION_KEY = '!rxcomet';
const VERSION = 'dedup 1';

/** What is written as one, and whose promise it is. */
class Batch {
  readonly operations: StoreOperation[] = [];
  readonly entered: string[] = [];
  readonly kept: string[] = [];
  readonly written: Promise<void>;
  resolve!: () => void;
  reject!: (error: unknown) => void;

  constructor() {
    this.written = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Whoever waits has its own handler; deletions have nobody.
    this.written.catch(() => undefined);
  }
}

/**
 * Message-keys and answers in a folder, by LevelDB. All that comes while a batch is being written goes with the next one.
 *
 * A batch is with the system when it counts as written, not on the disk: it outlives the process, but a power cut may take the last ones.
 * After a failed write the folder is opened anew before the next one, because nothing may follow a record of which only a part was written.
 */
export class DiskDedupStore implements DedupStore {
  readonly #path: string;
  readonly #hook: DedupHook | undefined;
  readonly #files: KeyValueStore;
  readonly #waiting: Batch[] = [];
  #writing: Promise<void> | undefined;
  #broken = false;
  #reopening: Promise<void> | undefined;

  constructor({
    path,
    hook,
    files = new LevelStore(path, { purpose: 'Dedup.Path' }),
  }: DiskDedupStoreOptions) {
    this.#path = path;
    this.#hook = hook;
    this.#files = files;
  }

  async open(): Promise<OpenedDedup> {
    try {
      const { damage } = await this.#files.open();
      await this.#checkVersion();
      const problem =
        damage === undefined
          ? undefined
          : dedupFailure('is damaged', new StoreProblem('damaged', damage), this.#path);
      return { keys: await this.#readKeys(), problem };
    } catch (error) {
      await this.#closeFiles();
      throw openFailure(error, this.#path);
    }
  }

  enter(key: string, at: number): Promise<void> {
    const batch = this.#batch();
    batch.entered.push(key);
    batch.operations.push({ type: 'put', key: `k${key}`, value: encodeKeyRecord(KeyState.entered, at) });
    return batch.written;
  }

  keep(key: string, at: number, answer: KeptAnswer | undefined): Promise<void> {
    const batch = this.#batch();
    batch.kept.push(key);
    const bytes = answer === undefined ? undefined : encodeAnswer(answer);
    let value: Uint8Array;
    if (bytes === undefined) value = encodeKeyRecord(KeyState.notKept, at);
    else if (bytes.length <= INLINE_BYTES) value = encodeKeyRecord(KeyState.inline, at, bytes);
    else {
      value = encodeKeyRecord(KeyState.apart, at);
      batch.operations.push({ type: 'put', key: `a${key}`, value: bytes });
    }
    batch.operations.push({ type: 'put', key: `k${key}`, value });
    return batch.written;
  }

  async recall(key: string): Promise<KeptAnswer | undefined> {
    try {
      await this.#reopening;
      const { state, answer } = decodedKey(await this.#get(`k${key}`));
      if (state === KeyState.notKept) return undefined;
      const bytes: Uint8Array | undefined = state === KeyState.inline ? answer : await this.#get(`a${key}`);
      const decoded = bytes === undefined ? undefined : decodeAnswer(bytes);
      if (decoded === undefined) throw new StoreProblem('damaged', 'an answer cannot be read');
      return decoded;
    } catch (error) {
      throw dedupFailure('cannot give an answer', error, this.#path);
    }
  }

  forget(key: string): void {
    this.#batch().operations.push({ type: 'del', key: `k${key}` }, { type: 'del', key: `a${key}` });
  }

  async close(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    await this.#closeFiles();
  }

  #batch(): Batch {
    let last = this.#waiting.at(-1);
    if (last === undefined || last.operations.length >= BATCH_OPERATIONS) {
      last = new Batch();
      this.#waiting.push(last);
    }
    this.#writing ??= this.#writeAll();
    return last;
  }

  async #writeAll(): Promise<void> {
    // What the rest of this turn adds goes with it.
    await Promise.resolve();
    for (let batch = this.#waiting.shift(); batch !== undefined; batch = this.#waiting.shift()) {
      try {
        await this.#write(batch);
        batch.resolve();
      } catch (error) {
        this.#broken = true;
        batch.reject(dedupFailure('cannot be written', error, this.#path));
      }
    }
    this.#writing = undefined;
  }

  async #write(batch: Batch): Promise<void> {
    const hook = this.#hook;
    if (this.#broken) {
      this.#reopening = this.#openAnew();
      await this.#reopening.finally(() => (this.#reopening = undefined));
    }
    if (hook !== undefined) for (const key of batch.entered) hook('before-write', key);
    await this.#files.write(batch.operations, false);
    if (hook === undefined) return;
    for (const key of batch.entered) hook('after-write', key);
    for (const key of batch.kept) hook('answer-kept', key);
  }

  async #openAnew(): Promise<void> {
    await this.#closeFiles();
    // The part of a record that was not written whole is left out, which is damage we know of.
    await this.#files.open();
    // A folder that was removed is a new one now.
    await this.#checkVersion();
    this.#broken = false;
  }

  async #closeFiles(): Promise<void> {
    try {
      await this.#files.close();
    } catch {
      // What counts as written is with the system already.
    }
  }

  async #checkVersion(): Promise<void> {
    const found = await this.#get(VERSION_KEY);
    if (found === undefined) {
      if ((await this.#files.lastKey('', '~')) !== undefined)
        throw new StoreProblem('foreign', 'it holds other data');
      await this.#files.write([{ type: 'put', key: VERSION_KEY, value: Buffer.from(VERSION) }], false);
    } else if (Buffer.from(found).toString() !== VERSION) {
      throw new StoreProblem('foreign', 'it was written by another version');
    }
  }

  async #readKeys(): Promise<StoredKey[]> {
    const found: StoredKey[] = [];
    let from = 'k';
    for (;;) {
      const entries = await this.#files.read(from, 'l', READ_KEYS, READ_BYTES);
      for (const [key, bytes] of entries) {
        const { state, at } = decodedKey(bytes);
        found.push({ key: key.slice(1), at, answered: state !== KeyState.entered });
      }
      const last = entries.at(-1);
      if (last === undefined) break;
      from = `${last[0]}\0`;
    }
    return found.sort((a, b) => a.at - b.at);
  }

  async #get(key: string): Promise<Uint8Array | undefined> {
    const [entry] = await this.#files.read(key, `${key}\0`, 1, 1);
    return entry?.[1];
  }
}

function decodedKey(bytes: Uint8Array | undefined): KeyRecord {
  const record = bytes === undefined ? undefined : decodeKeyRecord(bytes);
  if (record === undefined) throw new StoreProblem('damaged', 'a key cannot be read');
  return record;
}
