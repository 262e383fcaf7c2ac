/** The first line of a recording (docs/recording.md). */
export interface RecordingHeader {
  readonly rxcomet: 'recording';
  readonly version: 1;
  /** When the recording started, ISO 8601 in UTC; `at` of every event counts from here. */
  readonly started: string;
  /** Number of the file when a recording is spread over several; absent in the first. */
  readonly part?: number;
  /** The paths that were to be hidden. */
  readonly redact?: readonly string[];
}
