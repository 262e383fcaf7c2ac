import type { ActionStats, ClientGauges, ClientStats, CodeCount, DurationStats } from './StatsSnapshot';

/**
 * Upper bounds in seconds, each inclusive; from a handler that only looks something up to one that moves a
 * stage.
 */
const boundsSeconds = Object.freeze([
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
]);
const boundsMs = Float64Array.from(boundsSeconds, (bound) => bound * 1000);

/** Counts durations by size in fixed buckets. Allocates nothing after it was made. */
export class DurationHistogram {
  /** The last one holds what is longer than every bound. */
  readonly #counts = new Float64Array(boundsMs.length + 1);
  #sumMs = 0;

  add(durationMs: number): void {
    // From below: where messages come fast durations are short, and a long one has had its time.
    let bucket = 0;
    while (bucket < boundsMs.length && durationMs > (boundsMs[bucket] ?? Infinity)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sumMs += durationMs;
  }

  snapshot(): DurationStats {
    const counts = Array.from(this.#counts);
    const count = counts.reduce((sum, inBucket) => sum + inBucket, 0);
    return { boundsSeconds: boundsSeconds, counts, count, sumSeconds: this.#sumMs / 1000 };
  }
}

const MAX_ACTIONS = 50;
/** Where actions and codes beyond the kept ones are counted together. */
const OTHER = 'other';

/**
 * Counts handled messages by action. Names of actions come from peers, so only those with a handler of their
 * own are kept apart, the first 50 of them; all others together are `other`.
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

/**
 * rxcomet has about 70 codes of its own, all of them spelled so; the rest are made by handlers and their
 * libraries.
 */
const MAX_CODES = 128;
const WELL_FORMED = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

/**
 * Counts errors by code. A code may come from anywhere: beyond 128 different ones, or when it is no
 * identifier, it counts as `other`.
 */
export class CodeCounters {
  readonly #cells = new Map<string, { count: number }>();

  add(code: string, count = 1): void {
    const cell = this.#cells.get(code) ?? this.#create(code);
    cell.count += count;
  }

  snapshot(): readonly CodeCount[] {
    return Array.from(this.#cells, ([code, { count }]) => ({ code, count }));
  }

  #create(code: string): { count: number } {
    const name = this.#cells.size < MAX_CODES && WELL_FORMED.test(code) ? code : OTHER;
    let cell = this.#cells.get(name);
    if (cell === undefined) {
      cell = { count: 0 };
      this.#cells.set(name, cell);
    }
    return cell;
  }
}

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
