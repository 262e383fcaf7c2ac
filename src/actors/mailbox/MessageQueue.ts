import { Envelope } from './Envelope';
import { Deque } from '../../runtime/Deque';

/** Below this it is not worth looking for unwanted items. */
const WORTH_SWEEPING = 64;

/**
 * Messages in order. One that its asker gave up stops counting at once and is swept out later, at constant
 * cost per message.
 */
export class MessageQueue<T> {
  readonly #queue = new Deque<T>();
  #unwanted = 0;

  /** Those still wanted. */
  get size(): number {
    return this.#queue.length - this.#unwanted;
  }

  push(item: T): void {
    this.#queue.push(item);
  }

  unshift(item: T): void {
    this.#queue.unshift(item);
  }

  /** The first one wanted. Ask `size` first: undefined may be a message. */
  shift(): T | undefined {
    while (this.#queue.length > 0) {
      const item = this.#queue.shift();
      if (!(item instanceof Envelope) || item.wanted) return item;
      this.#unwanted -= 1;
    }
    return undefined;
  }

  /** One of the items has just become unwanted. */
  leave(): void {
    this.#unwanted += 1;
    if (this.#unwanted < WORTH_SWEEPING || this.#unwanted * 2 < this.#queue.length) return;
    this.#queue.filter((item) => !(item instanceof Envelope) || item.wanted);
    this.#unwanted = 0;
  }
}
