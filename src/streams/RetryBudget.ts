/** What keeps repeats a small share of all sends; made by `createRetryBudget`. */
export interface RetryBudget {
  /** Repeats that it would allow right now. */
  readonly left: number;
  /** A message is sent for the first time. */
  deposit(): void;
  /** Takes one repeat from it; false when it is spent. */
  withdraw(): boolean;
}
