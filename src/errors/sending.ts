import { RxcometError, type RxcometErrorOptions } from './RxcometError';

/**
 * What is known of a message whose send failed: `no`: it never left, sending again is safe; `unknown`: it was
 * written and may have been handled; `yes`: the peer answered, so it arrived.
 */
export type Delivered = 'no' | 'unknown' | 'yes';

/** Where a failed send was going and how far it got. */
export interface SendErrorFields extends RxcometErrorOptions {
  /** Name of the client in the configuration, or IP:PORT. */
  readonly client: string;
  readonly action: string;
  readonly delivered: Delivered;
  /** message-key of the message, when it carries one. */
  readonly key?: string | undefined;
}

/**
 * Base of every way a send can fail: names client and action, and says in `delivered` whether the message may
 * have arrived.
 */
export abstract class SendError extends RxcometError {
  /** Of another copy by `code` and `delivered`, which a build that shortens names leaves alone. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (super[Symbol.hasInstance](value)) return true;
    if (this !== SendError || typeof value !== 'object' || value === null) return false;
    const { code, delivered } = value as { readonly code?: unknown; readonly delivered?: unknown };
    const known: readonly unknown[] = ['no', 'unknown', 'yes'];
    return typeof code === 'string' && code.startsWith('ERR_') && known.includes(delivered);
  }

  readonly client: string;
  readonly action: string;
  readonly delivered: Delivered;
  /** message-key of the message: with one a peer can tell a repeat, so that sending again is safe. */
  readonly key: string | undefined;

  constructor(message: string, fields: SendErrorFields) {
    super(message, fields);
    this.client = fields.client;
    this.action = fields.action;
    this.delivered = fields.delivered;
    this.key = fields.key;
  }
}

/** A message that names a limit. */
export interface LimitText {
  readonly before: string;
  /** Such as 'Ack_timeout_ms'. */
  readonly limit: string;
  readonly after: string;
}

/**
 * A send had no result within its time (`Ack_timeout_ms`, `timeoutMs`), or an ask not its last; `delivered`
 * is `yes` when one had come.
 */
export class AckTimeout extends SendError {
  override readonly name = 'AckTimeout';
  readonly code = 'ERR_ACK_TIMEOUT';
  readonly #parts: LimitText | undefined;

  /** The name of the limit that was too short stands between the parts of the message. */
  constructor(message: string | LimitText, fields: SendErrorFields) {
    super(
      typeof message === 'string' ? message : `${message.before} (${message.limit})${message.after}`,
      fields,
    );
    this.#parts = typeof message === 'string' ? undefined : message;
  }

  /** The same failure for those who set the limit by another name, such as `--timeout`. */
  naming(limit: string): AckTimeout {
    const { client, action, delivered, key, cause } = this;
    const message = this.#parts === undefined ? this.message : { ...this.#parts, limit };
    return new AckTimeout(message, { client, action, delivered, key, cause });
  }
}

/** The app was stopped; nothing is sent any more. */
export class AppStopped extends SendError {
  override readonly name = 'AppStopped';
  readonly code = 'ERR_APP_STOPPED';
}

/** The peer answered with something that is no reply. */
export class BadReply extends SendError {
  override readonly name = 'BadReply';
  readonly code = 'ERR_BAD_REPLY';
}

/**
 * A `circuitBreaker` keeps sends back because the peer failed again and again; `cause` is the failure that
 * opened it.
 */
export class CircuitOpen extends SendError {
  override readonly name = 'CircuitOpen';
  readonly code = 'ERR_CIRCUIT_OPEN';
}

/** The connection ended before the answer came. */
export class ConnectionClosed extends SendError {
  override readonly name = 'ConnectionClosed';
  readonly code = 'ERR_CONNECTION_CLOSED';
}

/**
 * A raw value with an action was to be sent before anything showed that the peer speaks the native dialect.
 */
export class DialectUnknown extends SendError {
  override readonly name = 'DialectUnknown';
  readonly code = 'ERR_DIALECT_UNKNOWN';
}

/**
 * A frame with empty raw content would hang a legacy COMET server for good (protocol 1.4), so it is never
 * written.
 */
export class LegacyEmptyContent extends SendError {
  override readonly name = 'LegacyEmptyContent';
  readonly code = 'ERR_LEGACY_EMPTY_CONTENT';
}

/** A raw value with an action cannot be expressed to a legacy COMET peer. */
export class LegacyRawAction extends SendError {
  override readonly name = 'LegacyRawAction';
  readonly code = 'ERR_LEGACY_RAW_ACTION';
}

/** The overflow rule (`drop-oldest`, `drop-newest`) gave this message up to make room. */
export class MessageDropped extends SendError {
  override readonly name = 'MessageDropped';
  readonly code = 'ERR_MESSAGE_DROPPED';
}

/** A detached message waited in the queue for longer than `Queue.Ttl_ms`. */
export class MessageExpired extends SendError {
  override readonly name = 'MessageExpired';
  readonly code = 'ERR_MESSAGE_EXPIRED';
}

/** What is known of a message that was given up. */
export interface MessageRefusedFields extends SendErrorFields {
  /** How often it was tried. */
  readonly tries: number;
}

/**
 * An `Outbox` put a message among its dead letters after it was refused too often; `cause` is the last
 * refusal, and `rxcomet outbox` knows the message by its `key`.
 */
export class MessageRefused extends SendError {
  override readonly name = 'MessageRefused';
  readonly code = 'ERR_MESSAGE_REFUSED';
  readonly tries: number;

  constructor(message: string, fields: MessageRefusedFields) {
    super(message, fields);
    this.tries = fields.tries;
  }
}

/** Which store failed. */
export interface OutboxFailedFields extends SendErrorFields {
  /** Its folder. */
  readonly path: string;
  /** Of a damaged store: how many confirmed messages may be lost, at most. */
  readonly lost?: number | undefined;
}

/**
 * The store of an `Outbox` cannot be opened, or a message could not be written to it; `cause` is what the
 * disk said.
 */
export class OutboxFailed extends SendError {
  override readonly name = 'OutboxFailed';
  readonly code = 'ERR_OUTBOX';
  readonly path: string;
  /**
   * Of a damaged store: how many messages that were confirmed may be lost, at most; undefined: none, or it is
   * not known.
   */
  readonly lost: number | undefined;

  constructor(message: string, fields: OutboxFailedFields) {
    super(message, fields);
    this.path = fields.path;
    this.lost = fields.lost;
  }
}

/** Which store is taken. */
export interface OutboxLockedFields extends RxcometErrorOptions {
  /** Its folder. */
  readonly path: string;
}

/** Another process, or another app of this one, uses the folder of an `Outbox`. */
export class OutboxLocked extends RxcometError {
  override readonly name = 'OutboxLocked';
  readonly code = 'ERR_OUTBOX_LOCKED';
  readonly path: string;

  constructor(message: string, fields: OutboxLockedFields) {
    super(message, fields);
    this.path = fields.path;
  }
}

/** No connection could be opened in the time the send had; `cause` is the last connect error. */
export class PeerUnreachable extends SendError {
  override readonly name = 'PeerUnreachable';
  readonly code = 'ERR_PEER_UNREACHABLE';
}

/**
 * The client's queue holds `Queue.Capacity` messages or `Queue.Max_bytes` bytes and its overflow rule refused
 * this one.
 */
export class QueueFull extends SendError {
  override readonly name = 'QueueFull';
  readonly code = 'ERR_QUEUE_FULL';
}

/** What the peer sent as its error. */
export interface RemoteErrorFields extends SendErrorFields {
  /** The code the peer gave, such as ERR_UNKNOWN_ACTION; '' when it gave none (a legacy peer). */
  readonly remoteCode: string;
}

/**
 * The peer received the message and answered with an error: its handler failed, or it has none. `remoteCode`
 * is the peer's own code.
 */
export class RemoteError extends SendError {
  override readonly name = 'RemoteError';
  readonly code = 'ERR_REMOTE';
  readonly remoteCode: string;

  constructor(message: string, fields: RemoteErrorFields) {
    super(message, fields);
    this.remoteCode = fields.remoteCode;
  }
}

/** The signal given to the send was aborted. */
export class SendAborted extends SendError {
  override readonly name = 'SendAborted';
  readonly code = 'ERR_SEND_ABORTED';
}

/** The message is larger than the peer said it accepts. */
export class SendTooLarge extends SendError {
  override readonly name = 'SendTooLarge';
  readonly code = 'ERR_SEND_TOO_LARGE';
}

/**
 * A value cannot be written as JSON: it is cyclic, or holds a function, a symbol, a Map or a Set; the message
 * names the path.
 */
export class Unencodable extends RxcometError {
  override readonly name = 'Unencodable';
  readonly code = 'ERR_UNENCODABLE';
  /** As in SendError: nothing was written. */
  readonly delivered = 'no';
}

/** The configuration has no client of that name; `nearest` is the name that was probably meant. */
export class UnknownClient extends RxcometError {
  override readonly name = 'UnknownClient';
  readonly code = 'ERR_UNKNOWN_CLIENT';

  constructor(
    readonly client: string,
    readonly known: readonly string[],
    readonly nearest: string | undefined,
  ) {
    const remedy =
      nearest !== undefined
        ? `did you mean "${nearest}"?`
        : known.length === 0
          ? 'Socket_connection.Client names none'
          : `known are ${known.map((name) => `"${name}"`).join(', ')}`;
    super(`no client "${client}" in the configuration: ${remedy}`);
  }
}
