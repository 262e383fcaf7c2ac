import { Deque } from '../../runtime/Deque';
import { type Send, failureFields } from './Send';
import { MessageDropped, MessageExpired, QueueFull } from '../../errors/sending';
import type { ClientContext } from './ClientContext';

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

  /**
   * Takes a done send out of the count; its place is cleared when it is reached, or when too many such places
   * wait.
   */
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

/**
 * What a client has not written yet, within the limits of `Queue`: what finds no room or waits too long ends
 * here. A subclass, because all else stays as it is.
 */
export class LimitedQueue extends SendQueue {
  readonly #context: ClientContext;
  readonly #onExpired: () => void;
  #overHighWater = false;
  #drained: (() => void)[] = [];
  #ttlTimer: unknown;

  /** `onExpired` is called after some have waited too long. */
  constructor(context: ClientContext, onExpired: () => void) {
    super();
    this.#context = context;
    this.#onExpired = onExpired;
  }

  /** More than the high-water mark waits, or did and has not come down to half of it yet. */
  get overHighWater(): boolean {
    return this.#overHighWater;
  }

  /** Adds a send at the end, or ends it, or the oldest, as `Overflow` says. False: it was not added. */
  add(send: Send): boolean {
    const { capacity, maxBytes, highWater } = this.#context.config.queue;
    // What an outbox keeps has its own bounds there, and is never dropped for a limit of the queue.
    while (!send.fromOutbox && this.#isFullFor(send)) {
      this.#overHighWater = true;
      if (!this.#makeRoom(send)) return false;
    }
    this.#waitsFromNow(send);
    this.push(send);
    if (this.length > capacity * highWater || this.bytes > maxBytes * highWater) this.#overHighWater = true;
    return true;
  }

  /** Takes sends back that come before all others; they were not handled. */
  putBack(sends: readonly Send[]): void {
    for (const send of [...sends].reverse()) {
      this.#waitsFromNow(send);
      this.unshift(send);
    }
  }

  /** Takes out what an outbox keeps anyway. */
  takeKept(): Send[] {
    const all = this.clear();
    for (const send of all) if (!send.fromOutbox) this.push(send);
    return all.filter(({ fromOutbox }) => fromOutbox);
  }

  /** Resolves when it is below half its high-water mark; at once when it is not above the mark. */
  drained(): Promise<void> {
    if (!this.#overHighWater) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  /** Tells whoever waits for `drained`, when it has come down. */
  settleDrained(): void {
    if (!this.#overHighWater) return;
    const { capacity, maxBytes, highWater } = this.#context.config.queue;
    if (this.length > (capacity * highWater) / 2 || this.bytes > (maxBytes * highWater) / 2) return;
    this.#overHighWater = false;
    for (const resolve of this.#drained.splice(0)) resolve();
  }

  /** Forgets its timer. */
  stop(): void {
    this.#context.clock.clearTimeout(this.#ttlTimer);
    this.#ttlTimer = undefined;
  }

  #isFullFor(send: Send): boolean {
    const { capacity, maxBytes } = this.#context.config.queue;
    return this.length >= capacity || (this.bytes + send.weight > maxBytes && this.length > 0);
  }

  /** True: the oldest went for it. */
  #makeRoom(send: Send): boolean {
    const { config } = this.#context;
    const { capacity, maxBytes, overflow } = config.queue;
    const limit =
      this.length >= capacity
        ? `${capacity} messages (Queue.Capacity)`
        : `${maxBytes} bytes (Queue.Max_bytes)`;
    const text = `the queue is full: ${limit}`;
    if (overflow === 'drop-oldest' && this.peek()?.fromOutbox !== true) {
      const oldest = this.shift();
      oldest?.error(
        new MessageDropped(`${text}; the oldest was dropped`, failureFields(config.name, oldest, 'no')),
      );
      return true;
    }
    const fields = failureFields(config.name, send, 'no');
    send.error(
      overflow === 'fail'
        ? new QueueFull(`${text}; wait for drained() when tell() returns false`, fields)
        : new MessageDropped(`${text}; this one was dropped`, fields),
    );
    return false;
  }

  #waitsFromNow(send: Send): void {
    send.queuedAt = this.#context.clock.now();
    if (this.#context.config.queue.ttlMs > 0) this.#expireLater();
  }

  #expireLater(): void {
    const { clock, config } = this.#context;
    const { ttlMs } = config.queue;
    this.#ttlTimer ??= clock.setTimeout(() => this.#expire(ttlMs), Math.max(1, ttlMs / 8));
  }

  #expire(ttlMs: number): void {
    const { clock, config } = this.#context;
    this.#ttlTimer = undefined;
    const now = clock.now();
    const isLate = (send: Send): boolean => !send.awaited && !send.fromOutbox && now - send.queuedAt >= ttlMs;
    const all = this.clear();
    for (const send of all) if (!isLate(send)) this.push(send);
    if (this.length > 0) this.#expireLater();
    // Last, because whoever hears of it may send anew.
    for (const send of all) {
      if (!isLate(send)) continue;
      const text = `it waited for more than ${ttlMs} ms (Queue.Ttl_ms)`;
      send.error(new MessageExpired(text, failureFields(config.name, send, 'no')));
    }
    this.#onExpired();
  }
}
