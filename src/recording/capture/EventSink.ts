import type { RecordedEvent } from '../RecordedEvent';

/** Takes the events of a conversation; a `RecordingWriter` is one. */
export interface EventSink {
  /** Milliseconds since the conversation started: the `at` of an event that happens now. */
  readonly elapsedMs: number;
  write(event: RecordedEvent): void;
}
