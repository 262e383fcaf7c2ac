import { RxcometError, type RxcometErrorOptions } from './RxcometError';

/** Which connection a failure belongs to. */
export interface PeerErrorFields extends RxcometErrorOptions {
  /** The other side as ip:port, or '' while it is not known. */
  readonly peer: string;
}

/**
 * Base of failures of one connection: bytes that break the protocol, limits a peer ran into. Only that
 * connection is affected.
 */
export abstract class PeerError extends RxcometError {
  readonly peer: string;
  /** The message without the peer's address, as the peer itself is told. */
  readonly detail: string;

  constructor(message: string, fields: PeerErrorFields) {
    super(fields.peer === '' ? message : `${fields.peer}: ${message}`, fields);
    this.peer = fields.peer;
    this.detail = message;
  }
}

/** Why `message.signal` aborted: the peer cancelled, or its connection is gone. */
export class ConnectionLost extends PeerError {
  override readonly name = 'ConnectionLost';
  readonly code = 'ERR_CONNECTION_LOST';
}

/**
 * The content of a frame cannot be read: bytes that are not of the declared encoding, or text that is no JSON
 * (protocol 1.1, 1.2).
 */
export class BadContent extends PeerError {
  override readonly name = 'BadContent';
  readonly code = 'ERR_BAD_CONTENT';
}

/**
 * The bytes are no frame of this protocol: wrong first bytes, a header that is no JSON object, or a required
 * key missing or of the wrong type (protocol 1.1).
 */
export class BadHeader extends PeerError {
  override readonly name = 'BadHeader';
  readonly code = 'ERR_BAD_HEADER';
}

/** The content is JSON but no request: no object, or its action is no string (protocol 1.2). */
export class BadRequest extends PeerError {
  override readonly name = 'BadRequest';
  readonly code = 'ERR_BAD_REQUEST';
}

/** A frame declares more content than `Limits.Max_content_bytes` allows; nothing was allocated for it. */
export class ContentTooLarge extends PeerError {
  override readonly name = 'ContentTooLarge';
  readonly code = 'ERR_CONTENT_TOO_LARGE';
}

/** A frame was not complete `Limits.Frame_timeout_ms` after its first byte. */
export class FrameTimeout extends PeerError {
  override readonly name = 'FrameTimeout';
  readonly code = 'ERR_FRAME_TIMEOUT';
}

/** Nothing was heard of the peer for two heartbeats (`Heartbeat_ms`). */
export class HeartbeatLost extends PeerError {
  override readonly name = 'HeartbeatLost';
  readonly code = 'ERR_HEARTBEAT_LOST';
}

/** Nothing was exchanged on the connection for `Limits.Idle_timeout_ms`. */
export class IdleTimeout extends PeerError {
  override readonly name = 'IdleTimeout';
  readonly code = 'ERR_IDLE_TIMEOUT';
}

/** The connection broke; `cause` is the error of the socket. */
export class LinkFailed extends PeerError {
  override readonly name = 'LinkFailed';
  readonly code = 'ERR_LINK_FAILED';
}

/**
 * The unread and unsent bytes of all peers reached `Limits.Memory_budget_bytes` and this connection held most
 * of them.
 */
export class MemoryBudgetExceeded extends PeerError {
  override readonly name = 'MemoryBudgetExceeded';
  readonly code = 'ERR_MEMORY_BUDGET';
}

/** JSON content is nested deeper than `Limits.Max_nesting` allows. */
export class NestingTooDeep extends PeerError {
  override readonly name = 'NestingTooDeep';
  readonly code = 'ERR_NESTING_TOO_DEEP';
}

/** The address of the peer is not in the `Allow` list of the host. */
export class PeerNotAllowed extends PeerError {
  override readonly name = 'PeerNotAllowed';
  readonly code = 'ERR_PEER_NOT_ALLOWED';
}

/** The peer broke a rule of the native dialect (protocol 2). */
export class ProtocolViolation extends PeerError {
  override readonly name = 'ProtocolViolation';
  readonly code = 'ERR_PROTOCOL_VIOLATION';
}

/**
 * A connection did not become, or did not stay, a TLS one: a certificate was refused, or one side does not
 * speak TLS.
 */
export class TlsFailed extends PeerError {
  override readonly name = 'TlsFailed';
  readonly code = 'ERR_TLS';

  /** True: the peer refused our certificate before it took any message of this connection. */
  readonly refused: boolean;

  constructor(message: string, fields: PeerErrorFields & { readonly refused?: boolean }) {
    super(message, fields);
    this.refused = fields.refused ?? false;
  }
}

/** The host has `Limits.Max_connections` open already. */
export class TooManyConnections extends PeerError {
  override readonly name = 'TooManyConnections';
  readonly code = 'ERR_TOO_MANY_CONNECTIONS';
}

/** The peer ended the connection inside a frame (protocol 1.3); no reply is sent. */
export class TruncatedFrame extends PeerError {
  override readonly name = 'TruncatedFrame';
  readonly code = 'ERR_TRUNCATED_FRAME';
}

/** The host asks for a `Token` and the peer sent none or a wrong one. */
export class Unauthorized extends PeerError {
  override readonly name = 'Unauthorized';
  readonly code = 'ERR_UNAUTHORIZED';
}

/** The frame names a content-encoding that is no text codec known here (protocol 1.1). */
export class UnknownEncoding extends PeerError {
  override readonly name = 'UnknownEncoding';
  readonly code = 'ERR_UNKNOWN_ENCODING';
}

/** More than `Limits.Max_unsent_bytes` wait to be written to a peer that does not read. */
export class UnsentOverflow extends PeerError {
  override readonly name = 'UnsentOverflow';
  readonly code = 'ERR_UNSENT_OVERFLOW';
}

/** The peer did not read what was written to it for `Limits.Write_timeout_ms`. */
export class WriteTimeout extends PeerError {
  override readonly name = 'WriteTimeout';
  readonly code = 'ERR_WRITE_TIMEOUT';
}

/**
 * No connection could be opened to the peer; `cause` is the error of the system, absent when the time was up.
 */
export class ConnectFailed extends PeerError {
  override readonly name = 'ConnectFailed';
  readonly code = 'ERR_CONNECT';
}
