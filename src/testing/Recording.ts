import type { RecordedEvent } from './RecordedEvent';
import type { RecordingHeader } from './RecordingHeader';

/**
 * A recording that is read while it is iterated, in bounded memory. Iterating again reads it again, if the source can be read again
 * (a file can). Iterating throws BadRecording (ERR_BAD_RECORDING) where the recording cannot be used.
 */
export interface Recording extends AsyncIterable<RecordedEvent> {
  /** The file it is read from, '' for another source. */
  readonly file: string;
  /** Reads as far as the header. Not for a source that can be read only once. */
  header(): Promise<RecordingHeader>;
  /** What one should know though it is no error: a cut last line, lost events. A sentence each; complete once iterated to the end. */
  readonly warnings: readonly string[];
}
