const SMALLEST = 8;
/** A store larger than this is given back when it has run empty. */
const KEEP = 1024;

/** A queue with constant cost at both ends. Allocates nothing until the first item. */
export class RingQueue<T> {
  #slots: (T | undefined)[] = [];
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(item: T): void {
    if (this.#size === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#size) & (this.#slots.length - 1)] = item;
    this.#size += 1;
  }

  unshift(item: T): void {
    if (this.#size === this.#slots.length) this.#grow();
    this.#head = (this.#head - 1) & (this.#slots.length - 1);
    this.#slots[this.#head] = item;
    this.#size += 1;
  }

  /** Undefined when empty; ask `size` where items may be undefined themselves. */
  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    const item = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#size -= 1;
    if (this.#size === 0 && this.#slots.length > KEEP) this.#slots = [];
    return item;
  }

  /** Keeps the items that `keep` accepts, in order. */
  filter(keep: (item: T) => boolean): void {
    for (let left = this.#size; left > 0; left -= 1) {
      const item = this.shift() as T;
      if (keep(item)) this.push(item);
    }
  }

  /** The length stays a power of two, so that positions wrap by a mask. */
  #grow(): void {
    const larger = new Array<T | undefined>(Math.max(SMALLEST, this.#slots.length * 2));
    for (let index = 0; index < this.#size; index += 1) {
      larger[index] = this.#slots[(this.#head + index) & (this.#slots.length - 1)];
    }
    this.#slots = larger;
    this.#head = 0;
  }
}
