/** What became of a recording. */
export interface RecordingSummary {
  /** In the order written. */
  readonly files: readonly string[];
  /** Events in the files. */
  readonly written: number;
  /** Events the disk had no room or no time for; the places are marked in the file while it could be written. */
  readonly lost: number;
  /** Bytes in the files. */
  readonly bytes: number;
  /** Why the last write or the closing failed. */
  readonly error?: unknown;
}
