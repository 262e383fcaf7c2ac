import type { SendError } from '../../src/errors/sending';

interface Entry {
  ends: number;
  results: number;
  /** Undefined while it is not over. */
  outcome: 'acknowledged' | 'cancelled' | SendError | undefined;
}

/** The sums of an account that balances. */
export interface ChaosTotals {
  readonly sends: number;
  readonly acknowledged: number;
  readonly cancelled: number;
  /** Failed sends by what is known of their delivery. */
  readonly failed: Readonly<Record<string, number>>;
  readonly failedByCode: Readonly<Record<string, number>>;
  /** Messages that handlers got. */
  readonly handled: number;
}

/**
 * Books every send of a chaos run at the client and every message at the host, and says what does not agree.
 */
export class ChaosAccount {
  readonly #entries: Entry[] = [];
  readonly #handled: number[] = [];
  over = 0;

  /** A send begins; gives its number, which travels as the value. */
  begin(): number {
    this.#entries.push({ ends: 0, results: 0, outcome: undefined });
    return this.#entries.length - 1;
  }

  get begun(): number {
    return this.#entries.length;
  }

  handled(id: number): void {
    this.#handled[id] = (this.#handled[id] ?? 0) + 1;
  }

  result(id: number, value: unknown): void {
    const entry = this.#entry(id);
    if (value !== id) throw new Error(`send ${id} got the result ${JSON.stringify(value)}`);
    entry.results += 1;
  }

  end(id: number, outcome: 'acknowledged' | 'cancelled' | SendError): void {
    const entry = this.#entry(id);
    entry.ends += 1;
    entry.outcome = outcome;
    this.over += 1;
  }

  /** Throws with everything that does not balance. */
  balance(): ChaosTotals {
    const faults: string[] = [];
    const totals = { acknowledged: 0, cancelled: 0, handled: 0 };
    const failed: Record<string, number> = {};
    const failedByCode: Record<string, number> = {};
    this.#entries.forEach(({ ends, results, outcome }, id) => {
      const handled = this.#handled[id] ?? 0;
      totals.handled += handled;
      const fault = (text: string): void => void faults.push(`send ${id} ${text}`);
      if (ends !== 1) fault(`ended ${ends} times`);
      if (handled > 1) fault(`was handled ${handled} times`);
      if (outcome === 'cancelled') totals.cancelled += 1;
      else if (outcome === 'acknowledged') {
        totals.acknowledged += 1;
        if (handled !== 1 || results !== 1)
          fault(`was acknowledged with ${results} results, handled ${handled} times`);
      } else if (outcome !== undefined) {
        failed[outcome.delivered] = (failed[outcome.delivered] ?? 0) + 1;
        failedByCode[outcome.code] = (failedByCode[outcome.code] ?? 0) + 1;
        if (outcome.delivered === 'no' && handled > 0)
          fault(`failed with ${outcome.code}, delivered no, but was handled`);
      }
    });
    if (this.#handled.length > this.#entries.length) faults.push('something was handled that nobody sent');
    if (faults.length > 0)
      throw new Error(`${faults.length} entries do not balance:\n${faults.slice(0, 20).join('\n')}`);
    return { sends: this.#entries.length, ...totals, failed, failedByCode };
  }

  #entry(id: number): Entry {
    const entry = this.#entries[id];
    if (entry === undefined) throw new Error(`nobody began send ${id}`);
    return entry;
  }
}
