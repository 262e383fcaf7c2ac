/** What became of one message. */
interface Entry {
  begun: number;
  succeeded: boolean;
  /** Its handler was at work as the receiver was killed, so that it may be handled again, as redelivered. */
  excused: boolean;
  key: string;
}

/** Accounts for the messages of a model, numbered in the order told, and names every broken promise. */
export class DeliveryLedger {
  readonly violations: string[] = [];
  told = 0;
  /**
   * False once something happened after which messages may begin in another order: a full disk of the
   * receiver, a link that stalls.
   */
  ordered = true;
  readonly #entries = new Map<number, Entry>();
  /** Keys of those whose answer has left, after which there is no excuse. */
  readonly #acknowledged = new Set<string>();
  readonly #persisted = new Set<number>();
  readonly #reported = new Set<number>();
  #highest = -1;

  get persisted(): number {
    return this.#persisted.size;
  }

  get handled(): number {
    return this.#entries.size;
  }

  /** All told before `end` is safe, unless it was reported. */
  persistedBelow(start: number, end: number): void {
    for (let index = start; index < end; index += 1) {
      if (!this.#reported.has(index)) this.#persisted.add(index);
    }
  }

  reported(index: number): void {
    if (this.#persisted.has(index)) this.violations.push(`${index} was reported after it was persisted`);
    this.#reported.add(index);
  }

  /** A handler is asked; the number of this try, from 1. */
  begins(index: number, key: string, redelivered: boolean): number {
    const entry = this.#entries.get(index) ?? { begun: 0, succeeded: false, excused: false, key };
    this.#entries.set(index, entry);
    if (entry.key !== key) this.violations.push(`${index} came under two keys`);
    if (this.#reported.has(index))
      this.violations.push(`${index} was reported as never sent, and was handled`);
    if (entry.begun > 0 && !redelivered) this.violations.push(`${index} began again, not as redelivered`);
    if (entry.begun === 0) {
      if (this.ordered && index < this.#highest)
        this.violations.push(`${index} began after ${this.#highest}`);
      this.#highest = Math.max(this.#highest, index);
    }
    if (entry.succeeded && !entry.excused) this.violations.push(`${index} was handled twice`);
    entry.succeeded = false;
    entry.excused = false;
    entry.begun += 1;
    return entry.begun;
  }

  succeeds(index: number): void {
    const entry = this.#entries.get(index);
    if (entry !== undefined) entry.succeeded = true;
  }

  acknowledged(key: string): void {
    this.#acknowledged.add(key);
  }

  /** The receiver is killed. `isUnanswered`: no answer of that key is on its disk. */
  receiverKilled(isUnanswered: (key: string) => boolean): void {
    for (const entry of this.#entries.values()) {
      if (!this.#acknowledged.has(entry.key) && isUnanswered(entry.key)) entry.excused = true;
    }
  }

  /** Nothing is under way any more: what was promised must have come. */
  close(): void {
    for (const index of this.#persisted) {
      if (this.#entries.get(index)?.succeeded !== true) this.violations.push(`${index} is lost`);
    }
  }
}
