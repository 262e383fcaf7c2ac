/** What a stop came to. */
export interface StopResult {
  /** Messages whose handlers ended within the grace time. */
  readonly finished: number;
  /** Messages whose handlers were cut off. */
  readonly aborted: number;
  /** Sends that were given up. Not those an `Outbox` keeps: they go out at the next start. */
  readonly undelivered: number;
}
