/** What `Dedup` of a host did, since the app was made. */
export interface DedupCounts {
  /** Message-keys that would be known again, now. */
  readonly keys: number;
  /** Repeats that came while their message was being handled, and got its answer. */
  readonly joined: number;
  /** Repeats that came after it, and got the kept answer. */
  readonly repeated: number;
  /** Message-keys forgotten before `Dedup.Window_ms` was over, because there were more than `Dedup.Max_keys`. */
  readonly forgottenEarly: number;
}
