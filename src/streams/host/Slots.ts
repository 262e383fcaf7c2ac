import type { HandlerChain } from '../dispatch/HandlerChain';
import type { Exchange } from '../dispatch/Exchange';

/** Slots beyond Max_in_flight for actions with an urgent handler. */
const URGENT_SLOTS = 16;

/** The slots of one connection for messages at work, and the waiting room before them. */
export class Slots {
  /** Messages that have a slot. */
  taken = 0;
  /** Wire bytes of those that wait. */
  waitingBytes = 0;
  readonly #maxInFlight: number;
  readonly #chain: HandlerChain;
  readonly #begin: (exchange: Exchange) => void;
  /** Accepted requests for which no slot is free, or that may not begin yet, oldest first. */
  readonly #waiting = new Set<Exchange>();
  #starting = false;

  /** `begin` is called for a message whose turn has come after waiting; its slot is taken then. */
  constructor(maxInFlight: number, chain: HandlerChain, begin: (exchange: Exchange) => void) {
    this.#maxInFlight = maxInFlight;
    this.#chain = chain;
    this.#begin = begin;
  }

  /** Messages whose handlers have not settled or not begun. */
  get unfinished(): number {
    return this.taken + this.#waiting.size;
  }

  /**
   * More wait than there are slots. Only requests without acknowledgement can pile up so: of the others a
   * client has Max_in_flight at most (protocol 2), and it must be able to cancel them while slots are held by
   * handlers that were cancelled and go on.
   */
  get crowded(): boolean {
    return this.#waiting.size > this.#maxInFlight;
  }

  /** So few wait that more may come. */
  get roomy(): boolean {
    return this.#waiting.size * 2 <= this.#maxInFlight;
  }

  /** Those that wait, oldest first. */
  get waiting(): readonly Exchange[] {
    return [...this.#waiting];
  }

  /** True: it has a slot and may begin. False: it waits. */
  take(exchange: Exchange): boolean {
    if (this.taken >= this.#maxInFlight || this.#waiting.size > 0 || mustWait(exchange)) {
      if (!this.#mayOvertake(exchange)) {
        this.#waiting.add(exchange);
        this.waitingBytes += exchange.wireBytes;
        return false;
      }
    }
    this.taken += 1;
    return true;
  }

  /** The message is over. True: it had only waited. */
  leave(exchange: Exchange): boolean {
    if (this.#stopWaiting(exchange)) return true;
    this.taken -= 1;
    return false;
  }

  /** One that had to wait may begin, at its place in the order. */
  turnCame(exchange: Exchange): void {
    this.fill();
    if (!this.#waiting.has(exchange) || !this.#mayOvertake(exchange)) return;
    this.#stopWaiting(exchange);
    this.taken += 1;
    this.#begin(exchange);
  }

  /** Begins those that wait while slots are free. */
  fill(): void {
    // A handler that answers at once frees its slot within this loop, which goes on with the next.
    if (this.#starting) return;
    this.#starting = true;
    for (const exchange of this.#waiting) {
      // Whoever must wait holds back those behind it: handlers begin in the order of arrival.
      if (this.taken >= this.#maxInFlight || mustWait(exchange)) break;
      this.#stopWaiting(exchange);
      this.taken += 1;
      this.#begin(exchange);
    }
    this.#starting = false;
  }

  #mayOvertake(exchange: Exchange): boolean {
    if (this.taken >= this.#maxInFlight + URGENT_SLOTS || mustWait(exchange)) return false;
    return this.#chain.isUrgent(exchange.message.action);
  }

  #stopWaiting(exchange: Exchange): boolean {
    if (!this.#waiting.delete(exchange)) return false;
    this.waitingBytes -= exchange.wireBytes;
    return true;
  }
}

/** It is still being written that the message is about to be handled. */
function mustWait({ run }: Exchange): boolean {
  return run !== undefined && !run.entered;
}
