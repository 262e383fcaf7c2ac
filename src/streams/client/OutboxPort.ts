import type { Observable } from 'rxjs';
import type { SendSink } from './Send';

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

/**
 * Hands one kept message to the peer's queue; the sink hears once how that try ended. What it returns takes
 * the message back as long as it was not written: true, and the sink hears nothing more; false when it is on
 * the wire, or over.
 */
export type DeliverKept = (
  message: OutgoingMessage & { readonly key: string },
  sink: SendSink,
) => () => boolean;

/**
 * Whether the peer takes a connection and keeps it for so long without being told anything. Never rejects.
 */
export type ProbePeer = (forMs: number) => Promise<boolean>;

/** Where a client keeps detached messages until its peer has acknowledged them; implemented in src/outbox. */
export interface OutboxPort {
  /**
   * Emits the state when subscribed and whenever it changes, at most a few times a second; completes when
   * closed, never errors.
   */
  readonly outbox$: Observable<OutboxState>;
  /** Called once by the peer, before anything else: where messages are delivered. */
  connect(deliver: DeliverKept, probe: ProbePeer): void;
  /**
   * Opens the store and begins to deliver what it holds. Also called by the first `keep`. Rejects with
   * OutboxLocked (ERR_OUTBOX_LOCKED) or OutboxFailed (ERR_OUTBOX).
   */
  open(): Promise<void>;
  /**
   * Takes a message to be written to disk and then delivered; what goes wrong is reported as a failure.
   * False: more than the high-water mark waits to be written; await `drained`.
   */
  keep(message: OutgoingMessage): boolean;
  /**
   * Resolves when all messages told so far are safe on the disk; rejects with the first error of those told
   * since the call before that could not be kept. Asked again with nothing told in between, the answer is the
   * same.
   */
  persisted(): Promise<void>;
  drained(): Promise<void>;
  /**
   * Delivers no more; resolves when all taken is on the disk and the store is closed. Messages left go out at
   * the next start.
   */
  close(): Promise<void>;
}
