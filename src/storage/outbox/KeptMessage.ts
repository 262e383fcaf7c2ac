import type { OutgoingMessage } from '../../streams/client/OutboxPort';

/** A message of an outbox, on its way to the disk or from it. */
export interface KeptMessage {
  /** Its place in the order of the store, given when it is appended. */
  seq: number;
  readonly message: OutgoingMessage & { readonly key: string };
  /** Bytes of its content. */
  readonly bytes: number;
  /** Wall-clock time at which it was taken, ms since 1970. */
  readonly at: number;
  /** Tries that the peer answered with a refusal. */
  tries: number;
}

/** Why the last try of a message failed, as it is written down. */
export interface OutboxRefusal {
  /** The code of the failure, for an answer of the peer the peer's own. */
  readonly code: string;
  readonly reason: string;
  readonly tries: number;
  /** Wall-clock time, ms since 1970. */
  readonly at: number;
}
