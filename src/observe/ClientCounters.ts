import { CodeCounters } from './CodeCounters';
import { DurationHistogram } from './DurationHistogram';
import type { ClientGauges, ClientStats } from './StatsSnapshot';

/** What became of the sends of one client. */
export class ClientCounters {
  #ok = 0;
  #failed = 0;
  #cancelled = 0;
  #unconfirmed = 0;
  readonly #errors = new CodeCounters();
  readonly #duration = new DurationHistogram();

  ended(outcome: string, durationMs: number): void {
    if (outcome === 'ok') {
      this.#ok += 1;
      this.#duration.add(durationMs);
    } else if (outcome === 'cancelled') this.#cancelled += 1;
    else {
      this.#failed += 1;
      this.#errors.add(outcome);
      // The peer's error is an acknowledgement; the others are sends that got none.
      if (outcome === 'ERR_REMOTE') this.#duration.add(durationMs);
    }
  }

  sentUnconfirmed(): void {
    this.#unconfirmed += 1;
  }

  snapshot(gauges: ClientGauges): ClientStats {
    return {
      ...gauges,
      ok: this.#ok,
      failed: this.#failed,
      cancelled: this.#cancelled,
      unconfirmed: this.#unconfirmed,
      errors: this.#errors.snapshot(),
      duration: this.#duration.snapshot(),
    };
  }
}
