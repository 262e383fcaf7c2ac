const SMALLEST = 8;
/** A store larger than this is given back when it has run empty. */
const KEEP = 1024;

/** A queue with constant cost at both ends, whatever its depth. Allocates nothing until the first item. */
export class Deque<T> {
  #slots: (T | undefined)[] = [];
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = item;
    this.#length += 1;
  }

  unshift(item: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#head = (this.#head - 1) & (this.#slots.length - 1);
    this.#slots[this.#head] = item;
    this.#length += 1;
  }

  /** Undefined when empty; ask `length` where items may be undefined themselves. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#length -= 1;
    if (this.#length === 0 && this.#slots.length > KEEP) this.#slots = [];
    return item;
  }

  peek(): T | undefined {
    return this.#length === 0 ? undefined : this.#slots[this.#head];
  }

  /** Keeps the items that `keep` accepts, in order. */
  filter(keep: (item: T) => boolean): void {
    for (let left = this.#length; left > 0; left -= 1) {
      const item = this.shift() as T;
      if (keep(item)) this.push(item);
    }
  }

  /** Empties the queue and returns what it held, in order. */
  clear(): T[] {
    const items: T[] = [];
    while (this.#length > 0) items.push(this.shift() as T);
    return items;
  }

  /** The length stays a power of two, so that positions wrap by a mask. */
  #grow(): void {
    const larger = new Array<T | undefined>(Math.max(SMALLEST, this.#slots.length * 2));
    for (let index = 0; index < this.#length; index += 1) {
      larger[index] = this.#slots[(this.#head + index) & (this.#slots.length - 1)];
    }
    this.#slots = larger;
    this.#head = 0;
  }
}
