import { systemClock } from '../../runtime/Clock';
import { openFailure, storeFailure } from './failures';
import { LevelStore } from '../LevelStore';
import type { KeptMessage, OutboxRefusal } from './KeptMessage';
import type { OutboxEntry, OutboxInspector } from './OutboxInspector';
import type { Letter, OutboxPage } from './OutboxReader';
import { OutboxStore } from './OutboxStore';
import { format, type OutboxTotals } from './records';

/** Letters are read and changed in pieces of so many, and so many bytes, at most. */
const PAGE = 256;
const PAGE_BYTES = 4 * 1024 * 1024;

/**
 * Opens the folder of an outbox to see what waits there and what the peer refused, and to put dead letters
 * back or delete them. `rxcomet outbox` does no more than this. A damaged outbox is left as it is.
 *
 * Rejects with OutboxLocked (ERR_OUTBOX_LOCKED) while an app uses it, OutboxFailed (ERR_OUTBOX) when there is
 * no sound outbox, and MissingPackage (ERR_MISSING_PACKAGE).
 *
 * @param path `Outbox.Path` of the client
 * @example
 * const outbox = await inspectOutbox('/var/lib/lab/outbox');
 * for await (const { key, action, refusal } of outbox.deadLetters())
 *   console.log(key, action, refusal?.reason);
 * await outbox.retry();
 * await outbox.close();
 */
export async function inspectOutbox(path: string): Promise<OutboxInspector> {
  const place = { path, client: '', action: '' };
  const ignore = (): void => undefined;
  const store = new OutboxStore({
    store: new LevelStore(path, format, { asIs: true }),
    clock: systemClock,
    onWritten: ignore,
    onFailed: ignore,
    onEmptied: () => [],
    onDamage: ignore,
  });
  try {
    await store.open();
    store.begin();
  } catch (cause) {
    throw openFailure(cause, place);
  }
  return new StoreInspector(store, (cause) => storeFailure('failed', cause, place));
}

class StoreInspector implements OutboxInspector {
  readonly #store: OutboxStore;
  readonly #fail: (cause: unknown) => Error;

  constructor(store: OutboxStore, fail: (cause: unknown) => Error) {
    this.#store = store;
    this.#fail = fail;
  }

  get totals(): Readonly<OutboxTotals> {
    return this.#store.totals;
  }

  async *waiting(): AsyncGenerator<OutboxEntry, void, undefined> {
    for await (const { kept } of this.#letters('message')) yield entryOf(kept, undefined);
  }

  async *deadLetters(): AsyncGenerator<OutboxEntry, void, undefined> {
    for await (const { kept, refusal } of this.#letters('dead')) yield entryOf(kept, refusal);
  }

  retry(keys?: readonly string[]): Promise<string[]> {
    return this.#change('dead', keys, (kept) => this.#store.revive(kept));
  }

  async drop(keys?: readonly string[]): Promise<string[]> {
    const dropped = await this.#change('dead', keys, (kept) => this.#store.dropDead(kept));
    if (keys === undefined) return dropped;
    const rest = keys.filter((key) => !dropped.includes(key));
    if (rest.length === 0) return dropped;
    return [...dropped, ...(await this.#change('message', rest, (kept) => this.#store.remove(kept)))];
  }

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
