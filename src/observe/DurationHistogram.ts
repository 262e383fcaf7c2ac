import type { DurationStats } from './StatsSnapshot';

/** Upper bounds in seconds, each inclusive; from a handler that only looks something up to one that moves a stage. */
const BOUNDS_SECONDS = Object.freeze([
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
]);
const BOUNDS_MS = Float64Array.from(BOUNDS_SECONDS, (bound) => bound * 1000);

/** Counts durations by size in fixed buckets. Allocates nothing after it was made. */
export class DurationHistogram {
  /** The last one holds what is longer than every bound. */
  readonly #counts = new Float64Array(BOUNDS_MS.length + 1);
  #sumMs = 0;

  add(durationMs: number): void {
    // From below: where messages come fast durations are short, and a long one has had its time.
    let bucket = 0;
    while (bucket < BOUNDS_MS.length && durationMs > (BOUNDS_MS[bucket] ?? Infinity)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sumMs += durationMs;
  }

  snapshot(): DurationStats {
    const counts = Array.from(this.#counts);
    const count = counts.reduce((sum, inBucket) => sum + inBucket, 0);
    return { boundsSeconds: BOUNDS_SECONDS, counts, count, sumSeconds: this.#sumMs / 1000 };
  }
}
