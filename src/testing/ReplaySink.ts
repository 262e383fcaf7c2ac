import type { Clock } from '../runtime/Clock';
import type { EventSink } from '../recording/capture/EventSink';
import type { RecordedEvent } from '../recording/RecordedEvent';
import type { RecordingComparison } from './RecordingComparison';

/** Takes what a replay does: into the comparison, and kept if wanted. */
export class ReplaySink implements EventSink {
  readonly events: RecordedEvent[] = [];
  readonly #comparison: RecordingComparison;
  readonly #clock: Clock;
  readonly #keep: boolean;
  readonly #startedAt: number;

  constructor(comparison: RecordingComparison, clock: Clock, keep: boolean) {
    this.#comparison = comparison;
    this.#clock = clock;
    this.#keep = keep;
    this.#startedAt = clock.now();
  }

  /** To the microsecond, as in a recording. */
  get elapsedMs(): number {
    return Math.round((this.#clock.now() - this.#startedAt) * 1000) / 1000;
  }

  write(event: RecordedEvent): void {
    this.#comparison.actual(event);
    if (this.#keep) this.events.push(event);
  }
}
