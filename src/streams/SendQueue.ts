import { Deque } from '../runtime/Deque';
import type { Send } from './Send';

/** Sends that wait, in order. One that was dropped meanwhile counts no more and is never given out. */
export class SendQueue {
  length = 0;
  bytes = 0;
  #items = new Deque<Send>();

  push(send: Send): void {
    this.#items.push(send);
    this.length += 1;
    this.bytes += send.weight;
  }

  /** Back to the head. */
  unshift(send: Send): void {
    this.#items.unshift(send);
    this.length += 1;
    this.bytes += send.weight;
  }

  peek(): Send | undefined {
    this.#skipDone();
    return this.#items.peek();
  }

  shift(): Send | undefined {
    this.#skipDone();
    const send = this.#items.shift();
    if (send !== undefined) this.forget(send);
    return send;
  }

  /** Takes a done send out of the count; its place is cleared when it is reached, or when too many such places wait. */
  forget(send: Send): void {
    this.length -= 1;
    this.bytes -= send.weight;
    if (this.#items.length <= 2 * this.length + 1024) return;
    const live = this.#items.clear().filter(({ done }) => !done);
    for (const item of live) this.#items.push(item);
  }

  clear(): Send[] {
    this.length = 0;
    this.bytes = 0;
    return this.#items.clear().filter(({ done }) => !done);
  }

  #skipDone(): void {
    while (this.#items.peek()?.done === true) this.#items.shift();
  }
}
