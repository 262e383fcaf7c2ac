import type { RxcometError } from '../../errors/RxcometError';
import type { SendSink } from '../../streams/client/Send';
import type { KeptMessage } from './KeptMessage';

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

/** Where a message stands that was read into memory. */
type DeliveryState = 'ready' | 'handed' | 'resting';

/** A kept message in memory, and the sink of each of its tries. */
export class Delivery implements SendSink {
  state: DeliveryState = 'ready';
  /** Takes it back from the peer's queue. */
  recall: (() => boolean) | undefined = undefined;
  /** Until its next try, while it rests. */
  timer: unknown = undefined;
  /** Handed while nothing else was and nothing followed, so that what the host says of its connection is about this message. */
  alone = false;
  /** Connections lost with nothing but this message under way. */
  lost = 0;
  /** Tries in a row without an answer, for the delay until the next. */
  unanswered = 0;

  constructor(
    readonly kept: KeptMessage,
    readonly onEnd: (delivery: Delivery, error: RxcometError | undefined) => void,
  ) {}

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
