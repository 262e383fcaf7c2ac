import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { EventLoopDelayStats } from './StatsSnapshot';

/** A timer of this period, ms, is what is late. */
const PERIOD_MS = 20;

/**
 * Watches the event loop from when it is made until it is closed. Costs a timer within Node, no JavaScript.
 */
export class EventLoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: PERIOD_MS });

  constructor() {
    this.#histogram.enable();
  }

  /** Since the last call; all 0 when the timer has not run since. */
  take(): EventLoopDelayStats {
    const histogram = this.#histogram;
    const none = histogram.count === 0;
    const result = {
      meanSeconds: none ? 0 : lateness(histogram.mean),
      p99Seconds: none ? 0 : lateness(histogram.percentile(99)),
      maxSeconds: none ? 0 : lateness(histogram.max),
    };
    histogram.reset();
    return result;
  }

  close(): void {
    this.#histogram.disable();
  }
}

/** Node records in ns the time from run to run, the period included. */
function lateness(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - PERIOD_MS) / 1000;
}
