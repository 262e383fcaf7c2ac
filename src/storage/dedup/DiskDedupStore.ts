import type { DedupFailed } from '../../errors/handling';
import type {
  DedupHook,
  DedupStore,
  KeptAnswer,
  OpenedDedup,
  StoredKey,
} from '../../streams/dedup/DedupStore';
import { StoreProblem, type KeyValueStore, type OpenedStore, type StoreOperation } from '../KeyValueStore';
import { LevelStore } from '../LevelStore';
import { dedupFailure, openFailure } from './failures';
import {
  decodeAnswer,
  decodeHeld,
  decodeKeyRecord,
  encodeAnswer,
  encodeHeld,
  encodeKeyRecord,
  format,
  KeyState,
  type KeyRecord,
} from './records';

/** Where the store is, and what specs put into it. */
export interface DiskDedupStoreOptions {
  /** Its folder; made when it isn't there. */
  readonly path: string;
  /** For specs that end the process at a step. */
  readonly hook?: DedupHook | undefined;
  /** Default: LevelDB in the folder. */
  readonly files?: KeyValueStore;
  /** Is told when the store was damaged while it was open. */
  readonly report?: (error: DedupFailed) => void;
}

/** An answer up to this size stands beside its key: most are smaller, and cost one write then. */
const INLINE_BYTES = 256;
/** What one batch takes, roughly: thousands of keys may be forgotten at once. */
const BATCH_OPERATIONS = 4096;
/** Keys read at once when the store is opened. */
const READ_KEYS = 10_000;
const READ_BYTES = 4 * 1024 * 1024;

/** What is written as one, and whose promise it is. */
class Batch {
  readonly operations: StoreOperation[] = [];
  readonly entered: string[] = [];
  readonly kept: string[] = [];
  forgotten = 0;
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
 * Message-keys and answers in a folder, by LevelDB. All that comes while a batch is being written goes with
 * the next one.
 *
 * A batch is with the system when it counts as written, not on the disk: it outlives the process, but a power
 * cut may take the last ones. After a failed write the folder is opened anew before the next one, because
 * nothing may follow a record of which only a part was written.
 */
export class DiskDedupStore implements DedupStore {
  readonly #path: string;
  readonly #hook: DedupHook | undefined;
  readonly #files: KeyValueStore;
  readonly #report: (error: DedupFailed) => void;
  readonly #waiting: Batch[] = [];
  /** Keys on the disk. */
  #count = 0;
  #writing: Promise<void> | undefined;
  #broken = false;
  #reopening: Promise<void> | undefined;

  constructor({
    path,
    hook,
    files = new LevelStore(path, format),
    report = () => undefined,
  }: DiskDedupStoreOptions) {
    this.#path = path;
    this.#hook = hook;
    this.#files = files;
    this.#report = report;
  }

  async open(): Promise<OpenedDedup> {
    try {
      return await this.#take(await this.#files.open());
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
      const { state, at, answer } = decodedKey(await this.#get(`k${key}`));
      if (state === KeyState.notKept) return undefined;
      const bytes: Uint8Array | undefined = state === KeyState.inline ? answer : await this.#get(`a${key}`);
      const decoded = bytes === undefined ? undefined : decodeAnswer(bytes);
      if (decoded !== undefined) return decoded;
      // It was handled, which is what the next repeat is told.
      this.keep(key, at, undefined).catch(() => undefined);
      throw new StoreProblem('lost', 'an answer cannot be read');
    } catch (error) {
      const lost = error instanceof StoreProblem ? 1 : undefined;
      throw dedupFailure('cannot give an answer', error, this.#path, lost);
    }
  }

  forget(key: string): void {
    const batch = this.#batch();
    batch.forgotten += 1;
    batch.operations.push({ type: 'del', key: `k${key}` }, { type: 'del', key: `a${key}` });
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
    const count = this.#count + batch.entered.length - batch.forgotten;
    await this.#files.write(batch.operations, false, encodeHeld(count));
    this.#count = count;
    if (hook === undefined) return;
    for (const key of batch.entered) hook('after-write', key);
    for (const key of batch.kept) hook('answer-kept', key);
  }

  async #openAnew(): Promise<void> {
    const opened = await this.#files.reopen();
    // What is in memory is known all the same.
    const { problem } = opened.damage === undefined ? { problem: undefined } : await this.#take(opened);
    this.#broken = false;
    if (problem !== undefined) this.#report(problem);
  }

  async #closeFiles(): Promise<void> {
    try {
      await this.#files.close();
    } catch {
      // What counts as written is with the system already.
    }
  }

  /** Reads what the store holds. With damage it is mended, so that it is told once. */
  async #take({ damage, held }: OpenedStore): Promise<OpenedDedup> {
    const { keys, broken } = await this.#readKeys();
    const before = decodeHeld(held);
    this.#count = keys.length;
    if (damage === undefined && broken.length === 0) return { keys: keys.sort(byTime), problem: undefined };
    const withoutAnswer = await this.#withoutAnswer();
    this.#count += broken.length;
    const at = keys.reduce((newest, key) => Math.max(newest, key.at), 0);
    // They may have been handled, so their handlers are told so when they come again.
    const entered = broken.map((key) => ({ key, at, answered: false }));
    await this.#mend([
      ...entered.map((key) => ({ ...key, state: KeyState.entered })),
      ...withoutAnswer.map((key) => ({ ...key, state: KeyState.notKept })),
    ]);
    const gone = Math.max(0, (before ?? 0) - keys.length - broken.length);
    // A key whose answer is lost with its newest record stands there as it was entered.
    const unanswered = keys.filter(({ answered }) => !answered).length + broken.length;
    const parts: readonly (readonly [count: number, what: string])[] = [
      [gone, 'keys are gone'],
      [unanswered, 'keys may have lost their answer, so that their repeats are handled again as redelivered'],
      [withoutAnswer.length, 'keys have lost their answer, and their repeats get ERR_ANSWER_NOT_KEPT'],
    ];
    const counts = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
    const text = [damage ?? 'records have a wrong checksum', ...counts].join('; ');
    const lost = gone + unanswered + withoutAnswer.length;
    const problem = dedupFailure('is damaged', new StoreProblem('lost', text), this.#path, lost);
    return { keys: [...keys.sort(byTime), ...entered], problem };
  }

  async #mend(keys: readonly { key: string; at: number; state: KeyRecord['state'] }[]): Promise<void> {
    for (let from = 0; from === 0 || from < keys.length; from += BATCH_OPERATIONS) {
      const operations = keys
        .slice(from, from + BATCH_OPERATIONS)
        .map(({ key, at, state }): StoreOperation => ({
          type: 'put',
          key: `k${key}`,
          value: encodeKeyRecord(state, at),
        }));
      await this.#files.write(operations, false, encodeHeld(this.#count));
    }
  }

  async #readKeys(): Promise<{ readonly keys: StoredKey[]; readonly broken: readonly string[] }> {
    const keys: StoredKey[] = [];
    const broken: string[] = [];
    await this.#each('k', (key, bytes) => {
      const record = bytes === undefined ? undefined : decodeKeyRecord(bytes);
      if (record === undefined) broken.push(key);
      else keys.push({ key, at: record.at, answered: record.state !== KeyState.entered });
    });
    return { keys, broken };
  }

  /** Keys whose answer stands apart and cannot be read. */
  async #withoutAnswer(): Promise<{ readonly key: string; readonly at: number }[]> {
    const answers = new Set<string>();
    await this.#each('a', (key, bytes) => {
      if (bytes !== undefined && decodeAnswer(bytes) !== undefined) answers.add(key);
    });
    const found: { key: string; at: number }[] = [];
    await this.#each('k', (key, bytes) => {
      const record = bytes === undefined ? undefined : decodeKeyRecord(bytes);
      if (record?.state === KeyState.apart && !answers.has(key)) found.push({ key, at: record.at });
    });
    return found;
  }

  /** All records of a kind, by the key of their message. */
  async #each(kind: 'a' | 'k', take: (key: string, bytes: Uint8Array | undefined) => void): Promise<void> {
    const end = String.fromCharCode(kind.charCodeAt(0) + 1);
    for (let from: string = kind; ;) {
      const entries = await this.#files.read(from, end, READ_KEYS, READ_BYTES);
      for (const [key, bytes] of entries) take(key.slice(1), bytes);
      const last = entries.at(-1);
      if (last === undefined) return;
      from = `${last[0]}\0`;
    }
  }

  async #get(key: string): Promise<Uint8Array | undefined> {
    const [entry] = await this.#files.read(key, `${key}\0`, 1, 1);
    return entry?.[1];
  }
}

const byTime = (a: StoredKey, b: StoredKey): number => a.at - b.at;

function decodedKey(bytes: Uint8Array | undefined): KeyRecord {
  const record = bytes === undefined ? undefined : decodeKeyRecord(bytes);
  if (record === undefined) throw new StoreProblem('lost', 'a key cannot be read');
  return record;
}
