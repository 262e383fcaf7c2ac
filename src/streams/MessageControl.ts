/** What a message can do to its own request; implemented by the host, by a replay, by a test. */
export interface MessageControl {
  acknowledge(value: unknown): void;
  fail(error: unknown): void;
  /** Made at the first call, so that messages whose handlers never ask for it cost nothing. */
  signal(): AbortSignal;
  /** Calls what belongs to this message, so that traces know. Left out: nothing is traced. */
  within?<T>(call: () => T): T;
  /** Calls back once when the message is over: answered, cancelled or timed out, and its handlers through. */
  onReleased(callback: () => void): void;
}
