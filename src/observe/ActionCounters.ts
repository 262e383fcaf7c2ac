import { DurationHistogram } from './DurationHistogram';
import type { ActionStats } from './StatsSnapshot';

const MAX_ACTIONS = 50;
const OTHER = 'other';

/**
 * Counts handled messages by action. Names of actions come from peers, so only those with a handler of their own are kept apart, the first
 * 50 of them; all others together are `other`.
 */
export class ActionCounters {
  readonly #cells = new Map<string, ActionCell>();
  readonly #isRegistered: (action: string) => boolean;

  constructor(isRegistered: (action: string) => boolean) {
    this.#isRegistered = isRegistered;
  }

  add(action: string, outcome: string, durationMs: number): void {
    const cell = this.#cells.get(action) ?? this.#create(action);
    if (outcome === 'ok') cell.ok += 1;
    else if (outcome === 'cancelled') cell.cancelled += 1;
    else cell.failed += 1;
    cell.duration.add(durationMs);
  }

  snapshot(): readonly ActionStats[] {
    return Array.from(this.#cells, ([action, { ok, failed, cancelled, duration }]) => ({
      action,
      ok,
      failed,
      cancelled,
      duration: duration.snapshot(),
    }));
  }

  #create(action: string): ActionCell {
    // A registered action called `other` shares the place of the others.
    const kept = this.#cells.size - (this.#cells.has(OTHER) ? 1 : 0);
    const own = kept < MAX_ACTIONS && this.#isRegistered(action);
    const name = own ? action : OTHER;
    let cell = this.#cells.get(name);
    if (cell === undefined) {
      cell = { ok: 0, failed: 0, cancelled: 0, duration: new DurationHistogram() };
      this.#cells.set(name, cell);
    }
    return cell;
  }
}

interface ActionCell {
  ok: number;
  failed: number;
  cancelled: number;
  readonly duration: DurationHistogram;
}
