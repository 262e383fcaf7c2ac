import { hash } from 'node:crypto';
import { Column } from './Column';

/**
 * 64 bits of a key's SHA-256: of a million keys two are taken for one another once in some ten million
 * recordings.
 */
export interface KeyHash {
  readonly high: number;
  readonly low: number;
}

/**
 * What to do after a row was visited. `drop` also takes the row off its key's list, unless it is the last
 * there.
 */
export type Visit = 'on' | 'drop' | 'stop';

/**
 * Finds rows by key, those of a key in the order they were added. Rows are numbered from 0; the keys
 * themselves are not kept, so that a row costs 12 bytes, and a key 8 to 16 more.
 */
export class KeyIndex {
  readonly #high = new Column(Int32Array);
  readonly #low = new Column(Int32Array);
  /** The rows of a key are a ring: the last is followed by the first. */
  readonly #next = new Column(Int32Array);
  /** Open addressing: the last row of a key plus 1, 0 where there is none. */
  #slots = new Int32Array(64);
  #keys = 0;

  static hash(key: string): KeyHash {
    const bytes = hash('sha256', key, 'buffer');
    return { high: bytes.readInt32LE(0), low: bytes.readInt32LE(4) };
  }

  /** Gives back the row's number. */
  add({ high, low }: KeyHash): number {
    const row = this.#high.push(high);
    this.#low.push(low);
    const slot = this.#slotOf({ high, low });
    const last = (this.#slots[slot] ?? 0) - 1;
    if (last < 0) {
      this.#next.push(row);
      this.#keys += 1;
    } else {
      this.#next.push(this.#next.get(last));
      this.#next.set(last, row);
    }
    this.#slots[slot] = row + 1;
    if (this.#keys * 2 > this.#slots.length) this.#grow();
    return row;
  }

  /** Whether the row has that key. */
  is(row: number, { high, low }: KeyHash): boolean {
    return this.#high.get(row) === high && this.#low.get(row) === low;
  }

  /** The row of a key that was added last, -1 when there is none. */
  last(key: KeyHash): number {
    return (this.#slots[this.#slotOf(key)] ?? 0) - 1;
  }

  /** Goes over the rows of a key. */
  visit(key: KeyHash, visitor: (row: number) => Visit): void {
    const last = this.last(key);
    if (last < 0) return;
    let before = last;
    for (;;) {
      const row = this.#next.get(before);
      const visit = visitor(row);
      if (visit === 'stop' || row === last) return;
      if (visit === 'drop') this.#next.set(before, this.#next.get(row));
      else before = row;
    }
  }

  clear(): void {
    this.#high.clear();
    this.#low.clear();
    this.#next.clear();
    if (this.#keys > 0) this.#slots = new Int32Array(64);
    this.#keys = 0;
  }

  /** Where the key stands, or would. */
  #slotOf(key: KeyHash): number {
    const mask = this.#slots.length - 1;
    for (let slot = key.low & mask; ; slot = (slot + 1) & mask) {
      const last = (this.#slots[slot] ?? 0) - 1;
      if (last < 0 || this.is(last, key)) return slot;
    }
  }

  #grow(): void {
    const lasts = this.#slots;
    this.#slots = new Int32Array(lasts.length * 2);
    for (const last of lasts) {
      if (last === 0) continue;
      const key = { high: this.#high.get(last - 1), low: this.#low.get(last - 1) };
      this.#slots[this.#slotOf(key)] = last;
    }
  }
}
