import { type ErrorCode, type SendErrorCode, byCode } from '../../errors/ErrorCode';
import type { RemoteError, SendError } from '../../errors/sending';

/** False: another try comes to the same. */
const local = {
  ERR_ACK_TIMEOUT: true,
  ERR_APP_STOPPED: false,
  ERR_BAD_OPTION: false,
  ERR_BAD_REPLY: true,
  ERR_BAD_VALUE: false,
  ERR_CIRCUIT_OPEN: true,
  ERR_CONNECTION_CLOSED: true,
  ERR_DIALECT_UNKNOWN: true,
  ERR_LEGACY_EMPTY_CONTENT: false,
  ERR_LEGACY_RAW_ACTION: false,
  ERR_MESSAGE_DROPPED: true,
  ERR_MESSAGE_EXPIRED: true,
  ERR_MESSAGE_REFUSED: false,
  ERR_NOT_RECORDED: false,
  ERR_OUTBOX: true,
  ERR_PEER_UNREACHABLE: true,
  ERR_QUEUE_FULL: true,
  // By the peer's own code, below.
  ERR_REMOTE: false,
  ERR_SEND_ABORTED: false,
  ERR_SEND_TOO_LARGE: false,
  ERR_UNENCODABLE: false,
} as const satisfies Record<SendErrorCode, boolean>;

/** Codes a peer answers with. True: it was too busy or about to stop, and no handler has spoken. */
const remote = {
  // Sending
  ERR_ACK_TIMEOUT: false,
  ERR_APP_STOPPED: false,
  ERR_BAD_REPLY: false,
  ERR_CIRCUIT_OPEN: false,
  ERR_CONNECTION_CLOSED: false,
  ERR_DIALECT_UNKNOWN: false,
  ERR_LEGACY_EMPTY_CONTENT: false,
  ERR_LEGACY_RAW_ACTION: false,
  ERR_MESSAGE_DROPPED: false,
  ERR_MESSAGE_EXPIRED: false,
  ERR_MESSAGE_REFUSED: false,
  ERR_OUTBOX: false,
  ERR_OUTBOX_LOCKED: false,
  ERR_PEER_UNREACHABLE: false,
  ERR_QUEUE_FULL: false,
  ERR_REMOTE: false,
  ERR_SEND_ABORTED: false,
  ERR_SEND_TOO_LARGE: false,
  ERR_UNENCODABLE: false,
  ERR_UNKNOWN_CLIENT: false,
  // Handling a message
  ERR_ANSWER_NOT_KEPT: false,
  ERR_APP_STOPPING: true,
  ERR_BAD_VALUE: false,
  ERR_DEDUP: false,
  ERR_HANDLER_FAILED: false,
  ERR_HANDLER_STUCK: true,
  ERR_HANDLER_TIMEOUT: false,
  ERR_RESULT_OVERFLOW: false,
  ERR_STREAM_IDLE: false,
  ERR_UNKNOWN_ACTION: false,
  // Connections of a host
  ERR_BAD_CONTENT: false,
  ERR_BAD_HEADER: false,
  ERR_BAD_REQUEST: false,
  ERR_CONNECT: false,
  ERR_CONNECTION_LOST: false,
  ERR_CONTENT_TOO_LARGE: false,
  ERR_FRAME_TIMEOUT: false,
  ERR_HEARTBEAT_LOST: false,
  ERR_IDLE_TIMEOUT: false,
  ERR_LINK_FAILED: false,
  ERR_MEMORY_BUDGET: true,
  ERR_NESTING_TOO_DEEP: false,
  ERR_PEER_NOT_ALLOWED: false,
  ERR_PROTOCOL_VIOLATION: false,
  ERR_TLS: false,
  ERR_TOO_MANY_CONNECTIONS: true,
  ERR_TRUNCATED_FRAME: false,
  ERR_UNAUTHORIZED: false,
  ERR_UNKNOWN_ENCODING: false,
  ERR_UNSENT_OVERFLOW: false,
  ERR_WRITE_TIMEOUT: false,
  // Set-up
  ERR_ACCEPT: false,
  ERR_BAD_OPTION: false,
  ERR_CERTIFICATE: false,
  ERR_CONFIG: false,
  ERR_DEDUP_LOCKED: false,
  ERR_DETACHED: false,
  ERR_LISTEN: false,
  ERR_MISSING_PACKAGE: false,
  ERR_SUBSCRIBER: false,
  // Actors
  ERR_ACTOR_INTERRUPTED: false,
  ERR_ACTOR_STOPPED: false,
  ERR_ASK_ABORTED: false,
  ERR_ASK_TIMEOUT: false,
  ERR_BAD_NAME: false,
  ERR_DEATH_PACT: false,
  ERR_MAILBOX_FULL: false,
  ERR_NAME_TAKEN: false,
  ERR_STASH_FULL: false,
  // Recordings
  ERR_BAD_RECORDING: false,
  ERR_NOT_RECORDED: false,
  ERR_REPLAY_STUCK: false,
} as const satisfies Record<ErrorCode, boolean>;

/**
 * Whether sending once more may end otherwise. A code of nobody's that a peer answered with is its handler's.
 */
export function mayHelp(error: SendError): boolean {
  // By the code, also where a build shortened the names of another copy.
  return error.code === 'ERR_REMOTE'
    ? byCode<boolean>(remote, (error as RemoteError).remoteCode, false)
    : byCode<boolean>(local, error.code, true);
}
