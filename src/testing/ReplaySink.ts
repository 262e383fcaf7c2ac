import type { Clock } from '../runtime/Clock';
import type { EventSink } from './EventSink';
import type { RecordedEvent } from './RecordedEvent';
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

  get elapsedMs(): number {
    return this.#clock.now() - this.#startedAt;
  }

  write(event: RecordedEvent): void {
    this.#comparison.actual(event);
    if (this.#keep) this.events.push(event);
  }
}
