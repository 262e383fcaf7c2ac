/** A detached message as an outbox keeps it: encoded, so that it is sent tomorrow as it was meant today. */
export interface OutgoingMessage {
  readonly action: string;
  /** JSON text of the whole request; undefined for raw content. */
  readonly text: string | undefined;
  readonly raw: Uint8Array | undefined;
  /** message-key, the same in every repeat; undefined: the outbox makes one. */
  readonly key: string | undefined;
  /** W3C traceparent of whoever sent it. */
  readonly trace: string | undefined;
  /** Time of one try; undefined: `Ack_timeout_ms`. */
  readonly timeoutMs: number | undefined;
}
