import type { Clock } from '../../runtime/Clock';
import type { KeptMessage, OutboxRefusal } from './KeptMessage';
import { StoreProblem, type KeyValueStore, type OpenedStore, type StoreOperation } from '../KeyValueStore';
import { OutboxReader, type OutboxContents, type OutboxPage } from './OutboxReader';
import {
  add,
  encodeDeadLetter,
  encodeHeld,
  encodeJsonRecord,
  encodeMessage,
  keyOf,
  noTotals,
  subtract,
  sum,
  type OutboxTotals,
} from './records';

/** What one batch takes; more waits for the next. */
const BATCH_BYTES = 4 * 1024 * 1024;
const BATCH_CHANGES = 4096;
/** Changes that may wait for a disk in trouble before no more messages are handed out. */
const MANY_CHANGES = 10_000;
/** After two failures in a row the disk is left alone for so long. */
const RETRY_MS = 1000;

/** What an OutboxStore needs. */
export interface OutboxStoreOptions {
  readonly store: KeyValueStore;
  readonly clock: Clock;
  /** These are safe on the disk now, in the order appended. */
  readonly onWritten: (messages: readonly KeptMessage[]) => void;
  /** These could not be written and are not kept. */
  readonly onFailed: (messages: readonly KeptMessage[], cause: unknown) => void;
  /**
   * The files are gone and the folder is a new one. Gives the written messages that are in memory, in their
   * order, to be written again.
   */
  readonly onEmptied: (cause: unknown) => Iterable<KeptMessage>;
  /** Damage was found, and mended as far as can be, when the store was opened anew after a failure. */
  readonly onDamage: (found: OpenedOutbox) => void;
  /** No message that is kept has a lower `seq`; without it that does not change. */
  readonly floor?: () => number;
}

/** What was found when the store was opened. */
export interface OpenedOutbox extends OutboxContents {
  /** What of the files could not be read, in words. */
  readonly damage: string | undefined;
}

/** Changes that need not be on the disk at once: a deletion that is lost only means a repeat. */
interface Change extends OutboxTotals {
  readonly operations: readonly StoreOperation[];
}

/**
 * The messages of an outbox on disk. Writes in groups: all that comes while one batch is written goes into
 * the next, with one fsync each.
 *
 * After a failed write LevelDB's log may end in half a record, and what is written behind that is lost at the
 * next start; so nothing more goes to it before the store has been closed and opened again, which cuts it
 * off.
 */
export class OutboxStore {
  readonly #options: OutboxStoreOptions;
  readonly #reader: OutboxReader;
  #waiting: KeptMessage[] = [];
  #waitingBytes = 0;
  #changes: Change[] = [];
  /** What the changes that are not written yet make of the totals. */
  readonly #pending = noTotals();
  #disk = noTotals();
  #next = 0;
  #opened = false;
  #working: Promise<void> | undefined;
  #fault: { readonly cause: unknown } | undefined;
  #retryAt = 0;
  #retryTimer: unknown;
  #failuresInRow = 0;
  /** Keys of a failed batch; its messages may be on the disk nevertheless. */
  #doubtful: string[] = [];
  #floor = 0;
  /** The files were removed while they were open. */
  #removal: StoreProblem | undefined;
  #reading: Promise<unknown> | undefined;
  #healing: Promise<boolean> | undefined;
  #appended = 0;
  #settled = 0;
  #persisted: { readonly count: number; readonly resolve: () => void }[] = [];

  constructor(options: OutboxStoreOptions) {
    this.#options = options;
    this.#reader = new OutboxReader(options.store);
  }

  /** Messages that wait to be written, and the bytes of their contents. */
  get waiting(): number {
    return this.#appended - this.#settled;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** `seq` of the next message. */
  get end(): number {
    return this.#next;
  }

  get totals(): OutboxTotals {
    return sum(this.#disk, this.#pending);
  }

  /** True: so many changes wait for a disk in trouble that no more should be made. */
  get behind(): boolean {
    return this.#changes.length > MANY_CHANGES;
  }

  /** Rejects with what is wrong with the folder; what was appended before is still waiting then. */
  async open(): Promise<OpenedOutbox> {
    const { store } = this.#options;
    const opened = await store.open();
    try {
      const found = await this.#contents(opened);
      this.#next = found.end;
      // From here on the figures are right, whatever becomes of this process.
      if (found.damage !== undefined) await this.#write(found.stray.map(deletion), true);
      return found;
    } catch (error) {
      await store.close().catch(() => undefined);
      throw error;
    }
  }

  /** Once it is open: writes what was appended meanwhile, and what comes. */
  begin(): void {
    this.#opened = true;
    this.#work();
  }

  /** Takes a message, also before the store is open; `onWritten` or `onFailed` tells what became of it. */
  append(message: KeptMessage): void {
    this.#waiting.push(message);
    this.#waitingBytes += message.bytes;
    this.#appended += 1;
    this.#work();
  }

  /** Gives up what waits to be written. */
  fail(cause: unknown): void {
    const messages = this.#waiting;
    this.#waiting = [];
    if (messages.length > 0) this.#settle(messages, () => this.#options.onFailed(messages, cause));
  }

  /** Deletes records that are no messages. What their contents counted is not known, see `correct`. */
  removeBroken(seqs: readonly number[]): void {
    const operations = seqs.flatMap((seq) => [
      deletion(keyOf('message', seq)),
      deletion(keyOf('tries', seq)),
    ]);
    this.#change({ operations, depth: -seqs.length, bytes: 0, deadLetters: 0 });
  }

  /** Sets how much waits, where everything was read and the figures say something else. */
  correct({ depth, bytes }: Omit<OutboxTotals, 'deadLetters'>): void {
    const { totals } = this;
    this.#change({
      operations: [],
      depth: depth - totals.depth,
      bytes: bytes - totals.bytes,
      deadLetters: 0,
    });
  }

  /** The peer has it. */
  remove(kept: KeptMessage): void {
    const operations = [deletion(keyOf('message', kept.seq))];
    if (kept.tries > 0) operations.push(deletion(keyOf('tries', kept.seq)));
    this.#change({ operations, depth: -1, bytes: -kept.bytes, deadLetters: 0 });
  }

  /** Writes down a try that was refused, so that it counts after a restart too. */
  refused(kept: KeptMessage, refusal: OutboxRefusal): void {
    const value = encodeJsonRecord(refusal);
    const operations: StoreOperation[] = [{ type: 'put', key: keyOf('tries', kept.seq), value }];
    this.#change({ operations, depth: 0, bytes: 0, deadLetters: 0 });
  }

  /** Puts a message among the dead letters. */
  bury(kept: KeptMessage, refusal: OutboxRefusal): void {
    const operations: StoreOperation[] = [
      { type: 'put', key: keyOf('dead', kept.seq), value: encodeDeadLetter(kept, refusal) },
      deletion(keyOf('message', kept.seq)),
      deletion(keyOf('tries', kept.seq)),
    ];
    this.#change({ operations, depth: -1, bytes: -kept.bytes, deadLetters: 1 });
  }

  /**
   * Messages or dead letters on the disk, from `seq` on in their order: at most `limit`, and no more once
   * they have `maxBytes`.
   */
  async read(kind: 'dead' | 'message', seq: number, limit: number, maxBytes: number): Promise<OutboxPage> {
    // Not a turn later: the next healing waits for the reading that it can see.
    while (this.#healing !== undefined) await this.#healing;
    const reading = this.#reader.page(kind, seq, limit, maxBytes);
    this.#reading = reading.catch(() => undefined);
    try {
      return await reading;
    } catch (cause) {
      // Opened anew, the files are checked, and what is whole of them is read on.
      if (this.#opened && this.#fault === undefined) {
        this.#fault = { cause };
        this.#work();
      }
      throw cause;
    }
  }

  /** Puts a dead letter behind what waits, as if it had never been tried. */
  revive(kept: KeptMessage): void {
    const value = encodeMessage(kept);
    const operations: StoreOperation[] = [
      { type: 'put', key: keyOf('message', this.#next), value },
      deletion(keyOf('dead', kept.seq)),
    ];
    this.#next += 1;
    this.#change({ operations, depth: 1, bytes: kept.bytes, deadLetters: -1 });
  }

  /** Deletes a dead letter. */
  dropDead(kept: KeptMessage): void {
    const operations = [deletion(keyOf('dead', kept.seq))];
    this.#change({ operations, depth: 0, bytes: 0, deadLetters: -1 });
  }

  /** Resolves when the changes so far are written; rejects with what keeps the disk from it. */
  async flush(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
    if (this.#fault !== undefined) throw this.#fault.cause;
  }

  /** Resolves when everything appended so far is on the disk or has failed. */
  persisted(): Promise<void> {
    const count = this.#appended;
    if (count === this.#settled) return Promise.resolve();
    return new Promise((resolve) => this.#persisted.push({ count, resolve }));
  }

  /** Writes what it has and closes the store. */
  async close(): Promise<void> {
    this.#work();
    while (this.#working !== undefined) await this.#working;
    this.#opened = false;
    this.#options.clock.clearTimeout(this.#retryTimer);
    await this.#reading;
    await this.#options.store.close();
  }

  #change(change: Change): void {
    this.#changes.push(change);
    add(this.#pending, change);
    this.#work();
  }

  #work(): void {
    if (this.#working !== undefined || !this.#opened) return;
    if (this.#waiting.length === 0 && this.#changes.length === 0 && this.#fault === undefined) return;
    // From a microtask on, so that all that is told in this turn goes together.
    this.#working = Promise.resolve()
      .then(() => this.#writeAll())
      .finally(() => {
        this.#working = undefined;
        if (this.#fault === undefined) this.#work();
      });
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0 || this.#changes.length > 0 || this.#fault !== undefined) {
      if (this.#fault !== undefined && !(await this.#heal())) {
        this.fail(this.#fault?.cause);
        this.#retryLater();
        return;
      }
      if (this.#waiting.length > 0 || this.#changes.length > 0) await this.#writeBatch();
    }
  }

  async #writeBatch(): Promise<void> {
    const messages = this.#takeMessages();
    const changes = this.#changes.splice(0, BATCH_CHANGES);
    const delta = noTotals();
    const operations: StoreOperation[] = [];
    for (const message of messages) {
      message.seq = this.#next;
      this.#next += 1;
      operations.push({ type: 'put', key: keyOf('message', message.seq), value: encodeMessage(message) });
      add(delta, { depth: 1, bytes: message.bytes, deadLetters: 0 });
    }
    for (const change of changes) {
      for (const operation of change.operations) operations.push(operation);
      add(delta, change);
    }
    const totals = sum(this.#disk, delta);
    const { behind } = this;
    try {
      await this.#write(operations, messages.length > 0, totals);
    } catch (error) {
      // One after the other would put changes behind those that came meanwhile; their order counts.
      this.#changes = [...changes, ...this.#changes];
      this.#fault = { cause: error };
      if (error instanceof StoreProblem && error.kind === 'removed') this.#removal = error;
      this.#failuresInRow += 1;
      if (this.#failuresInRow > 1) this.#retryAt = this.#options.clock.now() + RETRY_MS;
      this.#doubtful = messages.map(({ seq }) => keyOf('message', seq));
      if (messages.length > 0) this.#settle(messages, () => this.#options.onFailed(messages, error));
      return;
    }
    this.#failuresInRow = 0;
    // Both in one turn: in between a change would count twice, or not at all.
    this.#disk = totals;
    for (const change of changes) subtract(this.#pending, change);
    if (behind && !this.behind) this.#options.onWritten([]);
    if (messages.length > 0) this.#settle(messages, () => this.#options.onWritten(messages));
  }

  #takeMessages(): KeptMessage[] {
    let count = 0;
    for (let bytes = 0; count < this.#waiting.length && count < BATCH_CHANGES; count += 1) {
      bytes += this.#waiting[count]?.bytes ?? 0;
      if (bytes > BATCH_BYTES && count > 0) break;
    }
    return this.#waiting.splice(0, count);
  }

  #settle(messages: readonly KeptMessage[], tell: () => void): void {
    for (const { bytes } of messages) this.#waitingBytes -= bytes;
    this.#settled += messages.length;
    tell();
    while ((this.#persisted[0]?.count ?? Infinity) <= this.#settled) this.#persisted.shift()?.resolve();
  }

  /** Opens the store anew after a failed write and takes out what that may have left. False: not yet. */
  async #heal(): Promise<boolean> {
    if (this.#options.clock.now() < this.#retryAt) return false;
    this.#healing = this.#reopen();
    const healed = await this.#healing;
    this.#healing = undefined;
    return healed;
  }

  async #reopen(): Promise<boolean> {
    const { store, clock, onDamage } = this.#options;
    await this.#reading;
    try {
      const opened = await store.reopen();
      const found = opened.damage === undefined ? undefined : await this.#contents(opened);
      const isNew = this.#removal !== undefined && opened.held === undefined;
      const stray = [...this.#doubtful, ...(found?.stray ?? [])];
      await this.#write(isNew ? this.#beginAnew() : stray.map(deletion), true);
      this.#doubtful = [];
      this.#removal = undefined;
      this.#fault = undefined;
      if (found !== undefined) onDamage(found);
      return true;
    } catch (error) {
      this.#fault = { cause: error };
      this.#retryAt = clock.now() + RETRY_MS;
      return false;
    }
  }

  /** The folder was removed, and is a new one now: what is in memory goes into it. */
  #beginAnew(): readonly StoreOperation[] {
    const operations: StoreOperation[] = [];
    this.#disk = noTotals();
    // What the changes that wait will take out is not there any more.
    for (const { depth, bytes, deadLetters } of this.#changes) {
      const less = Math.min(0, deadLetters);
      subtract(this.#disk, { depth: Math.min(0, depth), bytes: Math.min(0, bytes), deadLetters: less });
    }
    for (const kept of this.#options.onEmptied(this.#removal)) {
      operations.push({ type: 'put', key: keyOf('message', kept.seq), value: encodeMessage(kept) });
      add(this.#disk, { depth: 1, bytes: kept.bytes, deadLetters: 0 });
    }
    return operations;
  }

  /** What the store holds, which is what counts from here on. */
  async #contents({ held, damage }: OpenedStore): Promise<OpenedOutbox> {
    const contents = await this.#reader.contents(held, damage !== undefined);
    this.#disk = contents.totals;
    this.#floor = contents.floor;
    return { ...contents, damage };
  }

  async #write(operations: readonly StoreOperation[], sync: boolean, totals = this.#disk): Promise<void> {
    this.#floor = this.#options.floor?.() ?? this.#floor;
    const held = { ...totals, floor: this.#floor, end: this.#next };
    await this.#options.store.write(operations, sync, encodeHeld(held));
  }

  #retryLater(): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#retryTimer);
    this.#retryTimer = clock.setTimeout(() => this.#work(), Math.max(1, this.#retryAt - clock.now()));
  }
}

function deletion(key: string): StoreOperation {
  return { type: 'del', key };
}
