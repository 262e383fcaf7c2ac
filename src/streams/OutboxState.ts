/** What `outbox$` of a client emits. */
export interface OutboxState {
  /** Messages kept and not yet acknowledged by the peer. */
  readonly depth: number;
  /** Bytes of their contents. */
  readonly bytes: number;
  /** Age of the oldest of them in ms; 0 when there is none. */
  readonly oldestMs: number;
  /** Messages the peer refused too often; `rxcomet outbox list` shows them. */
  readonly deadLetters: number;
}
