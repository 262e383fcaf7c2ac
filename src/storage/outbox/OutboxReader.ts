import type { KeyValueStore, StoreEntry } from '../KeyValueStore';
import type { KeptMessage, OutboxRefusal } from './KeptMessage';
import {
  after,
  decodeDeadLetter,
  decodeHeld,
  decodeJsonRecord,
  decodeMessage,
  keyOf,
  noTotals,
  seqOf,
  type OutboxHeld,
  type OutboxTotals,
  type RecordKind,
} from './records';

const PAGE = 1000;
const PAGE_BYTES = 4 * 1024 * 1024;

/** Messages that are gone, as far as can be told: with damage nobody knows which were deleted before. */
export interface LostMessages {
  readonly least: number;
  readonly most: number;
}

/** What a store holds besides its messages. */
export interface OutboxContents {
  readonly totals: OutboxTotals;
  /** Tries of messages that were refused before, by `seq`. */
  readonly tries: Map<number, number>;
  /** No message is on the disk. */
  readonly empty: boolean;
  /** No message that waits has a lower `seq`. */
  readonly floor: number;
  /** Above every `seq` there was, so that what comes goes behind. */
  readonly end: number;
  /** Keys of records that are damaged, or were deleted before and are back. */
  readonly stray: readonly string[];
  /** undefined: nothing was damaged, or nothing says what there was. */
  readonly lost: LostMessages | undefined;
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

/** What a count of everything came to. */
interface Counted {
  readonly totals: OutboxTotals;
  readonly stray: readonly string[];
}

/** Makes sense of what lies in the store of an outbox. Changes nothing. */
export class OutboxReader {
  readonly #store: KeyValueStore;

  constructor(store: KeyValueStore) {
    this.#store = store;
  }

  /**
   * @param text what the last write said that the store holds
   * @param damaged something may be lost, so that what is there has to be counted
   */
  async contents(text: string | undefined, damaged: boolean): Promise<OutboxContents> {
    const held = decodeHeld(text);
    const last = await this.#last('message');
    const end = Math.max(held?.end ?? 0, (last ?? 0) + 1, ((await this.#last('dead')) ?? 0) + 1);
    const floor = held?.floor ?? (last === undefined ? end : 0);
    const trusted = damaged ? undefined : held;
    const { totals, stray } =
      trusted === undefined ? await this.#count(floor) : { totals: totalsOf(trusted), stray: [] };
    const lost = damaged && held !== undefined ? lostOf(held, totals.depth) : undefined;
    return { totals, tries: await this.#readTries(), empty: last === undefined, floor, end, stray, lost };
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

  /** Counts what is there, for a store whose figures may be wrong. */
  async #count(floor: number): Promise<Counted> {
    const totals = noTotals();
    const stray: string[] = [];
    await this.#each('message', ([key, value]) => {
      const seq = seqOf(key);
      const bytes = decoded(() => decodeMessage(seq, 0, value).bytes);
      if (bytes === undefined || seq < floor) stray.push(key);
      else {
        totals.depth += 1;
        totals.bytes += bytes;
      }
    });
    await this.#each('dead', ([key, value]) => {
      if (decoded(() => decodeDeadLetter(seqOf(key), value)) === undefined) stray.push(key);
      else totals.deadLetters += 1;
    });
    return { totals, stray };
  }

  async #readTries(): Promise<Map<number, number>> {
    const tries = new Map<number, number>();
    await this.#each('tries', ([key, value]) => {
      tries.set(seqOf(key), decoded(() => (decodeJsonRecord(value) as OutboxRefusal).tries) ?? 0);
    });
    return tries;
  }

  async #each(kind: RecordKind, take: (entry: StoreEntry) => void): Promise<void> {
    for (let from = keyOf(kind, 0); ;) {
      const page = await this.#store.read(from, after(kind), PAGE, PAGE_BYTES);
      for (const entry of page) take(entry);
      const last = page.at(-1);
      if (last === undefined) return;
      from = `${last[0]}0`;
    }
  }

  async #last(kind: 'message' | 'dead'): Promise<number | undefined> {
    const key = await this.#store.lastKey(keyOf(kind, 0), after(kind));
    return key === undefined ? undefined : seqOf(key);
  }
}

/**
 * At least as many as the count is short of. At most as many as there are numbers without a message between
 * the floor and the end, since one may be missing while another one that was delivered is back.
 */
function lostOf({ depth, floor, end }: OutboxHeld, found: number): LostMessages {
  const least = Math.max(0, depth - found);
  return { least, most: Math.max(least, Math.min(depth, end - floor - found)) };
}

function totalsOf({ depth, bytes, deadLetters }: OutboxHeld): OutboxTotals {
  return { depth, bytes, deadLetters };
}

/** undefined for a damaged record. */
function decoded<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}
