import type { Tries } from './DeliveryWindow';

/** A message that failed and waits for its next try. Its content is only on the disk. */
export interface RestingMessage extends Tries {
  readonly seq: number;
  /** Bytes of its content. */
  readonly bytes: number;
  /** Tries that the peer answered with a refusal. */
  readonly refused: number;
  /** Wall-clock time at which it was taken, ms since 1970. */
  readonly at: number;
  /** Clock time of its next try. */
  readonly dueAt: number;
}

/** Messages that step aside until their next try, by that time: a binary heap. */
export class RestingMessages {
  /** Of their contents. */
  bytes = 0;
  readonly #heap: RestingMessage[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /** When the first is due; Infinity: none rests. */
  get nextDueAt(): number {
    return this.#heap[0]?.dueAt ?? Infinity;
  }

  /** When the oldest of them was taken; Infinity: none rests. */
  get oldestAt(): number {
    return this.#heap.reduce((oldest, { at }) => Math.min(oldest, at), Infinity);
  }

  add(message: RestingMessage): void {
    this.bytes += message.bytes;
    const heap = this.#heap;
    let at = heap.length;
    heap.push(message);
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = heap[parent] as RestingMessage;
      if (above.dueAt <= message.dueAt) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = message;
  }

  /** Takes out those that are due, at most `limit`, by their `seq`. */
  takeDue(now: number, limit: number): RestingMessage[] {
    const due: RestingMessage[] = [];
    while (due.length < limit && this.nextDueAt <= now) due.push(this.#takeFirst());
    return due.sort((a, b) => a.seq - b.seq);
  }

  #takeFirst(): RestingMessage {
    const heap = this.#heap;
    const first = heap[0] as RestingMessage;
    this.bytes -= first.bytes;
    const last = heap.pop() as RestingMessage;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const right = heap[child + 1];
      if (right !== undefined && right.dueAt < (heap[child] as RestingMessage).dueAt) child += 1;
      const below = heap[child];
      if (below === undefined || below.dueAt >= last.dueAt) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}
