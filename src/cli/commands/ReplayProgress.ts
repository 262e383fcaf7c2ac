import type { RecordedEvent, Recording } from '../../testing/index';
import { formatSpeed } from '../output/showProgress';

/**
 * How far a replay is. A recording is read once to the end before the first message is sent; from that
 * reading it is known how much there is to do.
 */
export class ReplayProgress {
  /** The recording; iterate this one. */
  readonly recording: Recording;
  readonly #speed: number | 'max';
  #total = 0;
  #lastAt = 0;
  #read = false;
  #done = 0;
  #next: RecordedEvent['kind'] | undefined;
  #messages = 0;
  #startedMs: number | undefined;

  constructor(recording: Recording, speed: number | 'max') {
    this.#speed = speed;
    this.recording = {
      file: recording.file,
      warnings: recording.warnings,
      get isCut() {
        return recording.isCut;
      },
      header: () => recording.header(),
      [Symbol.asyncIterator]: () => this.#iterate(recording),
    };
  }

  /** Takes a recorded event that comes next; the one before it is done. */
  replayed(event: RecordedEvent): void {
    this.#done += 1;
    this.#messages += this.#next === 'message' ? 1 : 0;
    this.#next = event.kind;
  }

  /** Messages, speed and time left. */
  line(elapsedMs: number): string {
    if (this.#done === 0) return `reading the recording, ${this.#total} events`;
    this.#startedMs ??= elapsedMs;
    const spentMs = elapsedMs - this.#startedMs;
    return `${formatSpeed(this.#messages, spentMs)}, ${formatTime(this.#leftMs(spentMs))} left`;
  }

  #leftMs(spentMs: number): number {
    if (this.#speed !== 'max') return Math.max(0, this.#lastAt / this.#speed - spentMs);
    return (spentMs / this.#done) * Math.max(0, this.#total - this.#done);
  }

  async *#iterate(recording: Recording): AsyncGenerator<RecordedEvent, void, undefined> {
    const first = !this.#read;
    for await (const event of recording) {
      if (first) {
        this.#total += 1;
        this.#lastAt = event.at;
      }
      yield event;
    }
    this.#read = true;
  }
}

/** Minutes and seconds, hours where there are any. */
function formatTime(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  const two = (part: number): string => String(part).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
