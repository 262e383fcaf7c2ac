import { StashFull } from '../../errors/actors';
import { Envelope } from './Envelope';
import type { Item } from './Mailbox';

/** Messages an actor has put aside, in order, with whoever awaits their answers. */
export class Stash<M> {
  readonly #path: string;
  readonly #capacity: number;
  #items: Item<M>[] = [];

  constructor(path: string, capacity: number) {
    this.#path = path;
    this.#capacity = capacity;
  }

  /**
   * Throws ERR_STASH_FULL when there is no room for another. Those nobody awaits any more make room first.
   */
  requireRoom(): void {
    if (this.#items.length < this.#capacity) return;
    this.#items = this.#items.filter((item) => !(item instanceof Envelope) || item.wanted);
    if (this.#items.length < this.#capacity) return;
    throw new StashFull(`${this.#capacity} messages are put aside already`, { actor: this.#path });
  }

  push(item: Item<M>): void {
    this.#items.push(item);
  }

  takeAll(): readonly Item<M>[] {
    return this.#items.splice(0);
  }
}
