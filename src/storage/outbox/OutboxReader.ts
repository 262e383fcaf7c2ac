import type { KeptMessage, OutboxRefusal } from './KeptMessage';
import { type KeyValueStore, StoreProblem } from '../KeyValueStore';
import {
  FORMAT,
  FORMAT_KEY,
  type OutboxTotals,
  TOTALS_KEY,
  after,
  decodeDeadLetter,
  decodeJsonRecord,
  decodeMessage,
  keyOf,
  noTotals,
  seqOf,
} from './records';

const PAGE = 1000;
const PAGE_BYTES = 4 * 1024 * 1024;

const OURS = /^(?:dead|message|meta|tries)\//;

/** What a store holds besides its messages. */
export interface OutboxContents {
  /** The mark of an outbox is missing: it was just made, or has lost it. */
  readonly unmarked: boolean;
  readonly totals: OutboxTotals;
  /** Tries of messages that were refused before, by `seq`. */
  readonly tries: Map<number, number>;
  /** No message is on the disk. */
  readonly empty: boolean;
  /** Above every `seq` there is, so that what comes goes behind. */
  readonly end: number;
}

/** A message, or a dead letter with its refusal. */
export interface Letter {
  readonly kept: KeptMessage;
  readonly refusal: OutboxRefusal | undefined;
}

/** Some of the messages or dead letters on the disk. */
export interface OutboxPage {
  readonly letters: readonly Letter[];
  /** What is none. */
  readonly broken: readonly { readonly seq: number; readonly cause: unknown }[];
  /** Where to read on; undefined: nothing more was there. */
  readonly next: number | undefined;
}

/** Makes sense of what lies in the store of an outbox. Changes nothing. */
export class OutboxReader {
  readonly #store: KeyValueStore;

  constructor(store: KeyValueStore) {
    this.#store = store;
  }

  /**
   * Rejects with a StoreProblem when it is no outbox.
   *
   * @param damaged something is lost, so that what is there has to be counted
   */
  async contents(damaged: boolean): Promise<OutboxContents> {
    const unmarked = await this.#isUnmarked(damaged);
    const totals = damaged ? await this.#count() : await this.#readTotals();
    const last = await this.#last('message');
    const end = Math.max(last ?? 0, (await this.#last('dead')) ?? 0) + 1;
    return { unmarked, totals, tries: await this.#readTries(), empty: last === undefined, end };
  }

  /** From `seq` on in their order: at most `limit`, and no more once they have `maxBytes`. */
  async page(kind: 'dead' | 'message', seq: number, limit: number, maxBytes: number): Promise<OutboxPage> {
    const letters: Letter[] = [];
    const broken: { readonly seq: number; readonly cause: unknown }[] = [];
    let next: number | undefined;
    for (const [key, value] of await this.#store.read(keyOf(kind, seq), after(kind), limit, maxBytes)) {
      const found = seqOf(key);
      next = found + 1;
      try {
        letters.push(
          kind === 'dead'
            ? decodeDeadLetter(found, value)
            : { kept: decodeMessage(found, 0, value), refusal: undefined },
        );
      } catch (cause) {
        broken.push({ seq: found, cause });
      }
    }
    return { letters, broken, next };
  }

  async #isUnmarked(damaged: boolean): Promise<boolean> {
    const [first] = await this.#store.read(FORMAT_KEY, `${FORMAT_KEY}0`, 1, 1);
    if (first === undefined) {
      const [any] = await this.#store.read('', '\x7f', 1, 1);
      if (any === undefined || (damaged && OURS.test(any[0]))) return true;
      throw new StoreProblem('foreign', 'it holds a LevelDB that is no outbox');
    }
    const format = Buffer.from(first[1]).toString();
    if (format === FORMAT) return false;
    throw new StoreProblem('foreign', `it was made by another version of rxcomet (${format})`);
  }

  async #readTotals(): Promise<OutboxTotals> {
    const [found] = await this.#store.read(TOTALS_KEY, `${TOTALS_KEY}0`, 1, 1);
    return found === undefined ? noTotals() : (decodeJsonRecord(found[1]) as OutboxTotals);
  }

  /** Counts what is there, for a store whose totals may be lost. */
  async #count(): Promise<OutboxTotals> {
    const totals = noTotals();
    await this.#each('message', (seq, value) => {
      totals.depth += 1;
      totals.bytes += decoded(() => decodeMessage(seq, 0, value).bytes) ?? 0;
    });
    await this.#each('dead', () => {
      totals.deadLetters += 1;
    });
    return totals;
  }

  async #readTries(): Promise<Map<number, number>> {
    const tries = new Map<number, number>();
    await this.#each('tries', (seq, value) => {
      tries.set(seq, decoded(() => (decodeJsonRecord(value) as OutboxRefusal).tries) ?? 0);
    });
    return tries;
  }

  async #each(
    kind: 'message' | 'dead' | 'tries',
    take: (seq: number, value: Uint8Array) => void,
  ): Promise<void> {
    for (let from = keyOf(kind, 0); ;) {
      const page = await this.#store.read(from, after(kind), PAGE, PAGE_BYTES);
      for (const [key, value] of page) take(seqOf(key), value);
      const last = page.at(-1);
      if (last === undefined) return;
      from = keyOf(kind, seqOf(last[0]) + 1);
    }
  }

  async #last(kind: 'message' | 'dead'): Promise<number | undefined> {
    const key = await this.#store.lastKey(keyOf(kind, 0), after(kind));
    return key === undefined ? undefined : seqOf(key);
  }
}

/** undefined for a damaged record; that it is one is told when its message is to be sent. */
function decoded<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}
