import type { Delivery } from './Delivery';

/** The messages of an outbox that are in memory, in their order, and which of them is to be handed out next. */
export class DeliveryWindow implements Iterable<Delivery> {
  /** Of their contents. */
  bytes = 0;
  /** By `seq`, ascending. */
  readonly #deliveries = new Map<number, Delivery>();
  /** The ready ones in order, from `#next` on; put together anew when one comes back. */
  #ready: Delivery[] = [];
  #next = 0;
  #stale = false;

  get size(): number {
    return this.#deliveries.size;
  }

  get oldest(): Delivery | undefined {
    for (const delivery of this) return delivery;
    return undefined;
  }

  /** The first that is ready; it stays that until it is handed. */
  get nextReady(): Delivery | undefined {
    if (this.#stale) {
      this.#stale = false;
      this.#ready = [...this].filter(({ state }) => state === 'ready');
      this.#next = 0;
    }
    const next = this.#ready[this.#next];
    if (next === undefined) {
      this.#ready = [];
      this.#next = 0;
    }
    return next;
  }

  [Symbol.iterator](): Iterator<Delivery> {
    return this.#deliveries.values();
  }

  /** Adds one that comes behind all others. */
  add(delivery: Delivery): void {
    const { seq, bytes } = delivery.kept;
    this.#deliveries.set(seq, delivery);
    this.bytes += bytes;
    if (!this.#stale) this.#ready.push(delivery);
  }

  /** Hands out `nextReady`. */
  hand(delivery: Delivery): void {
    this.#next += 1;
    delivery.state = 'handed';
  }

  /** It is ready again, at its place. */
  back(delivery: Delivery): void {
    delivery.state = 'ready';
    this.#stale = true;
  }

  delete({ kept }: Delivery): void {
    this.#deliveries.delete(kept.seq);
    this.bytes -= kept.bytes;
  }
}
