import type { KeptMessage, OutboxRefusal } from './KeptMessage';
import type { Letter, OutboxPage } from './OutboxReader';
import type { OutboxStore } from './OutboxStore';
import type { OutboxTotals } from './records';

const PAGE = 256;
const PAGE_BYTES = 4 * 1024 * 1024;

/** A message as it lies in an outbox. */
export interface OutboxEntry {
  /** Its message-key (protocol 2). */
  readonly key: string;
  readonly action: string;
  /** When it was told, ms since 1970. */
  readonly at: number;
  /** JSON text of the whole request; undefined for raw content. */
  readonly text: string | undefined;
  readonly raw: Uint8Array | undefined;
  /** Of a dead letter: the last answer, how often it was tried, and when. */
  readonly refusal: OutboxRefusal | undefined;
}

/** The outbox of an app that is not running, as tools see it; from `inspectOutbox`. Holds the folder until it is closed. */
export class OutboxInspector {
  readonly #store: OutboxStore;
  readonly #fail: (cause: unknown) => Error;

  constructor(store: OutboxStore, fail: (cause: unknown) => Error) {
    this.#store = store;
    this.#fail = fail;
  }

  /** Messages that wait, the bytes of their contents, and dead letters. */
  get totals(): Readonly<OutboxTotals> {
    return this.#store.totals;
  }

  /** What waits to be delivered, in order. */
  async *waiting(): AsyncGenerator<OutboxEntry, void, undefined> {
    for await (const { kept } of this.#letters('message')) yield entryOf(kept, undefined);
  }

  /** What the peer refused too often, the oldest first. */
  async *deadLetters(): AsyncGenerator<OutboxEntry, void, undefined> {
    for await (const { kept, refusal } of this.#letters('dead')) yield entryOf(kept, refusal);
  }

  /**
   * Puts dead letters behind what waits, so that they go out at the next start of the app, each under its old key.
   *
   * @param keys which; all when left out
   * @returns the keys of those that were put back
   */
  retry(keys?: readonly string[]): Promise<string[]> {
    return this.#change('dead', keys, (kept) => this.#store.revive(kept));
  }

  /**
   * Deletes dead letters for good.
   *
   * @param keys which, also of messages that wait; all dead letters when left out
   * @returns the keys of those that were deleted
   */
  async drop(keys?: readonly string[]): Promise<string[]> {
    const dropped = await this.#change('dead', keys, (kept) => this.#store.dropDead(kept));
    if (keys === undefined) return dropped;
    const rest = keys.filter((key) => !dropped.includes(key));
    if (rest.length === 0) return dropped;
    return [...dropped, ...(await this.#change('message', rest, (kept) => this.#store.remove(kept)))];
  }

  /** Gives the folder free. */
  close(): Promise<void> {
    return this.#store.close();
  }

  async #change(
    kind: 'dead' | 'message',
    keys: readonly string[] | undefined,
    change: (kept: KeptMessage) => void,
  ): Promise<string[]> {
    const wanted = keys === undefined ? undefined : new Set(keys);
    const changed: string[] = [];
    for await (const { kept } of this.#letters(kind)) {
      const { key } = kept.message;
      if (wanted?.has(key) === false) continue;
      // It may have tries written down.
      change({ ...kept, tries: 1 });
      changed.push(key);
      // In bounded pieces, however many there are.
      if (changed.length % PAGE === 0) await this.#flush();
    }
    await this.#flush();
    return changed;
  }

  async #flush(): Promise<void> {
    try {
      await this.#store.flush();
    } catch (error) {
      throw this.#fail(error);
    }
  }

  async *#letters(kind: 'dead' | 'message'): AsyncGenerator<Letter, void, undefined> {
    // What is put back while they are read comes behind.
    const { end } = this.#store;
    for (let from = 0; from < end;) {
      const page = await this.#page(kind, from);
      for (const letter of page.letters) yield letter;
      if (page.next === undefined) return;
      from = page.next;
    }
  }

  async #page(kind: 'dead' | 'message', from: number): Promise<OutboxPage> {
    try {
      const page = await this.#store.read(kind, from, PAGE, PAGE_BYTES);
      const [broken] = page.broken;
      if (broken !== undefined) throw broken.cause;
      return page;
    } catch (error) {
      throw this.#fail(error);
    }
  }
}

function entryOf({ message, at }: KeptMessage, refusal: OutboxRefusal | undefined): OutboxEntry {
  const { key, action, text, raw } = message;
  return { key, action, at, text, raw, refusal };
}
