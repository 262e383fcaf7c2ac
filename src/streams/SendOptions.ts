/** Options of one send. */
export interface SendOptions {
  /** From now to the first result, in ms; default the client's `Ack_timeout_ms`. Above 0. */
  readonly timeoutMs?: number;
  /** message-key, 1..64 of [A-Za-z0-9_-], unique per message and the same in every repeat; a native host sees it as `message.key`. */
  readonly key?: string;
  /** True: travels past the queue on a connection of its own. Default false. */
  readonly urgent?: boolean;
  /** Aborting it fails the send with SendAborted (ERR_SEND_ABORTED), and cancels it at a native peer. */
  readonly signal?: AbortSignal;
  /** W3C traceparent to travel with, `message.trace` for instance. Default: that of the span of OpenTelemetry that is active, if any. */
  readonly trace?: string;
}
