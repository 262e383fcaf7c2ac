/**
 * Values by ascending ids, such as unanswered requests by message-id. Most ids in use are close together, so
 * a ring of slots finds them; one that stays while the ring has gone round moves to a Map.
 *
 * Not a Map alone: one whose entries come and go is rebuilt all the time, and each old table that reached
 * V8's old generation keeps the next one alive, with everything in it, until a full collection.
 */
export class IdTable<T> {
  #ids: number[];
  #values: (T | undefined)[];
  #mask: number;
  #size = 0;
  readonly #moved = new Map<number, T>();

  constructor(slots = 4) {
    this.#ids = new Array<number>(slots).fill(0);
    this.#values = new Array<T | undefined>(slots).fill(undefined);
    this.#mask = slots - 1;
  }

  get size(): number {
    return this.#size;
  }

  get(id: number): T | undefined {
    const slot = id & this.#mask;
    if (this.#ids[slot] === id) return this.#values[slot];
    return this.#moved.size === 0 ? undefined : this.#moved.get(id);
  }

  /** Adds an id, from 1, that is not in the table. */
  add(id: number, value: T): void {
    // Half full of close ids: a larger ring holds them without moving any.
    if (this.#size - this.#moved.size > this.#mask >> 1) this.#grow();
    const slot = id & this.#mask;
    const present = this.#values[slot];
    if (present !== undefined) this.#moved.set(this.#ids[slot] ?? 0, present);
    this.#ids[slot] = id;
    this.#values[slot] = value;
    this.#size += 1;
  }

  delete(id: number): boolean {
    const slot = id & this.#mask;
    if (this.#ids[slot] === id && this.#values[slot] !== undefined) {
      this.#ids[slot] = 0;
      this.#values[slot] = undefined;
      this.#size -= 1;
      return true;
    }
    if (this.#moved.size === 0 || !this.#moved.delete(id)) return false;
    this.#size -= 1;
    return true;
  }

  clear(): void {
    this.#ids.fill(0);
    this.#values.fill(undefined);
    this.#moved.clear();
    this.#size = 0;
  }

  /** The values in the order of their ids. */
  values(): T[] {
    return this.entries().map(([, value]) => value);
  }

  /** In the order of the ids. */
  entries(): [id: number, value: T][] {
    const entries: [number, T][] = [...this.#moved];
    this.#values.forEach((value, slot) => {
      if (value !== undefined) entries.push([this.#ids[slot] ?? 0, value]);
    });
    return entries.sort(([a], [b]) => a - b);
  }

  #grow(): void {
    const entries = this.entries();
    const slots = (this.#mask + 1) * 2;
    this.#ids = new Array<number>(slots).fill(0);
    this.#values = new Array<T | undefined>(slots).fill(undefined);
    this.#mask = slots - 1;
    this.#moved.clear();
    this.#size = 0;
    for (const [id, value] of entries) {
      const slot = id & this.#mask;
      const present = this.#values[slot];
      if (present !== undefined) this.#moved.set(this.#ids[slot] ?? 0, present);
      this.#ids[slot] = id;
      this.#values[slot] = value;
      this.#size += 1;
    }
  }
}
