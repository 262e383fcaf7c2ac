import type { RxcometError } from '../../errors/RxcometError';
import type { SendSink } from '../../streams/client/Send';
import type { KeptMessage } from './KeptMessage';

/** Where a message stands that was read into memory. `aside`: it waits for what becomes of the next one. */
export type DeliveryState = 'ready' | 'handed' | 'aside';

/** What is remembered of earlier tries. */
export interface Tries {
  /** Connections lost with nothing but this message under way. */
  readonly lost: number;
  /** Tries in a row without an answer, for the delay until the next. */
  readonly unanswered: number;
  /** To be handed out alone. */
  readonly single: boolean;
}

/** A kept message in memory, and the sink of each of its tries. */
export class Delivery implements SendSink {
  state: DeliveryState = 'ready';
  /** Takes it back from the peer's queue. */
  recall: (() => boolean) | undefined = undefined;
  /**
   * To be handed while nothing else is, so that what the host says of its connection is about this message.
   */
  single = false;
  /** Handed like that. */
  alone = false;
  /** The peer has just kept a connection without it. */
  proven = false;
  lost: number;
  unanswered: number;

  /** @param before its earlier tries, when it failed and has been read again */
  constructor(
    readonly kept: KeptMessage,
    readonly onEnd: (delivery: Delivery, error: RxcometError | undefined) => void,
    readonly before: Tries | undefined,
  ) {
    this.lost = before?.lost ?? 0;
    this.unanswered = before?.unanswered ?? 0;
  }

  next(): void {
    // Nobody waits for the result.
  }

  complete(): void {
    this.onEnd(this, undefined);
  }

  error(error: RxcometError): void {
    this.onEnd(this, error);
  }
}

/** Messages in memory in the order they were added, and which of them is ready. */
class DeliveryLine {
  /** Of their contents. */
  bytes = 0;
  readonly #deliveries = new Map<number, Delivery>();
  /** The ready ones in order, from `#next` on; put together anew when one comes back. */
  #ready: Delivery[] = [];
  #next = 0;
  #stale = false;

  get size(): number {
    return this.#deliveries.size;
  }

  get oldest(): Delivery | undefined {
    for (const delivery of this.values()) return delivery;
    return undefined;
  }

  /** The first that is ready; it stays that until it is handed. */
  get nextReady(): Delivery | undefined {
    if (this.#stale) {
      this.#stale = false;
      this.#ready = [...this.values()].filter(({ state }) => state === 'ready');
      this.#next = 0;
    }
    const next = this.#ready[this.#next];
    if (next === undefined) {
      this.#ready = [];
      this.#next = 0;
    }
    return next;
  }

  values(): IterableIterator<Delivery> {
    return this.#deliveries.values();
  }

  add(delivery: Delivery): void {
    const { seq, bytes } = delivery.kept;
    this.#deliveries.set(seq, delivery);
    this.bytes += bytes;
    if (!this.#stale) this.#ready.push(delivery);
  }

  /** It leaves the ready ones; `next`: it was the one to come. */
  take(next: boolean): void {
    if (next) this.#next += 1;
    else this.#stale = true;
  }

  /** It is ready again, at its place. */
  back(): void {
    this.#stale = true;
  }

  delete({ kept }: Delivery): void {
    if (this.#deliveries.delete(kept.seq)) this.bytes -= kept.bytes;
  }
}

/**
 * The messages of an outbox that are in memory, and which of them is to be handed out next: those that have
 * not failed, in their order, and by turns with them those that are tried again, so that neither keep the
 * others waiting.
 */
export class DeliveryWindow implements Iterable<Delivery> {
  readonly #fresh = new DeliveryLine();
  readonly #retried = new DeliveryLine();
  #retryTurn = false;

  get size(): number {
    return this.#fresh.size + this.#retried.size;
  }

  /** Of their contents. */
  get bytes(): number {
    return this.#fresh.bytes + this.#retried.bytes;
  }

  /** Messages that are tried again. */
  get retried(): number {
    return this.#retried.size;
  }

  /** The one of the lowest `seq` that has not failed. */
  get oldest(): Delivery | undefined {
    return this.#fresh.oldest;
  }

  /** When the oldest was taken, ms since 1970; Infinity: none is in memory. */
  get oldestAt(): number {
    let oldest = this.oldest?.kept.at ?? Infinity;
    for (const { kept } of this.#retried.values()) oldest = Math.min(oldest, kept.at);
    return oldest;
  }

  /** The next to hand out; it stays that until it is handed. */
  get nextReady(): Delivery | undefined {
    const fresh = this.#fresh.nextReady;
    if (this.#retried.size === 0) return fresh;
    const retried = this.#retried.nextReady;
    return this.#retryTurn ? (retried ?? fresh) : (fresh ?? retried);
  }

  /** The first ready one that is to be handed out alone. */
  get nextSingle(): Delivery | undefined {
    for (const delivery of this) if (delivery.single && delivery.state === 'ready') return delivery;
    return undefined;
  }

  *[Symbol.iterator](): Iterator<Delivery> {
    yield* this.#fresh.values();
    yield* this.#retried.values();
  }

  /** Adds one that comes behind all others of its line. */
  add(delivery: Delivery): void {
    this.#lineOf(delivery).add(delivery);
  }

  /** Hands out a message that is ready. */
  hand(delivery: Delivery): void {
    const line = this.#lineOf(delivery);
    line.take(line.nextReady === delivery);
    delivery.state = 'handed';
    this.#retryTurn = line === this.#fresh;
  }

  /** It is ready again, at its place. */
  back(delivery: Delivery): void {
    delivery.state = 'ready';
    this.#lineOf(delivery).back();
  }

  /** It waits, and keeps its place, until it is `back`. */
  putAside(delivery: Delivery): void {
    delivery.state = 'aside';
    this.#lineOf(delivery).back();
  }

  delete(delivery: Delivery): void {
    this.#lineOf(delivery).delete(delivery);
  }

  #lineOf({ before }: Delivery): DeliveryLine {
    return before === undefined ? this.#fresh : this.#retried;
  }
}
