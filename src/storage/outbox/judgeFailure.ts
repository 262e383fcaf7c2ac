import { type ErrorCode, type SendErrorCode, byCode } from '../../errors/ErrorCode';
import type { RxcometError } from '../../errors/RxcometError';
import { RemoteError, SendError } from '../../errors/sending';

/**
 * Whose fault a failed try was:
 *
 * - `stopped`: nobody's, the app stops; the message stays for the next start
 * - `link`: the connection's or the peer's as a whole; everything waits, then goes again in its order
 * - `busy`: of the moment, or of what is behind the peer's handler; this message is tried again, the others
 *   go on
 * - `content`: the host ended the connection over something it read on it, and which message that was it
 *   doesn't say
 * - `message`: this message's; it is tried again, but not for ever
 * - `handled`: nobody's, the peer has handled it
 */
export type Judgement = 'stopped' | 'link' | 'busy' | 'content' | 'message' | 'handled';

/** Codes of this side. */
const local = {
  ERR_ACK_TIMEOUT: 'busy',
  ERR_APP_STOPPED: 'stopped',
  ERR_BAD_OPTION: 'message',
  // The answer to this message; see below for one that comes without a question.
  ERR_BAD_REPLY: 'message',
  ERR_BAD_VALUE: 'message',
  ERR_CIRCUIT_OPEN: 'link',
  ERR_CONNECTION_CLOSED: 'link',
  // It takes a JSON message before it to find out, or `Dialect: native`.
  ERR_DIALECT_UNKNOWN: 'busy',
  ERR_LEGACY_EMPTY_CONTENT: 'message',
  ERR_LEGACY_RAW_ACTION: 'message',
  ERR_MESSAGE_DROPPED: 'link',
  ERR_MESSAGE_EXPIRED: 'link',
  ERR_MESSAGE_REFUSED: 'message',
  ERR_NOT_RECORDED: 'message',
  ERR_OUTBOX: 'link',
  ERR_PEER_UNREACHABLE: 'link',
  ERR_QUEUE_FULL: 'link',
  ERR_REMOTE: 'message',
  ERR_SEND_ABORTED: 'busy',
  ERR_SEND_TOO_LARGE: 'message',
  ERR_UNENCODABLE: 'message',
} as const satisfies Record<SendErrorCode, Judgement>;

/**
 * Codes in the error frames of a host, docs/errors.md: its own, and those of errors that a handler failed
 * with.
 */
const remote = {
  // Sending
  ERR_ACK_TIMEOUT: 'busy',
  ERR_APP_STOPPED: 'link',
  ERR_BAD_REPLY: 'message',
  ERR_CIRCUIT_OPEN: 'busy',
  // What ended the connection of its handler may have been this message.
  ERR_CONNECTION_CLOSED: 'message',
  ERR_DIALECT_UNKNOWN: 'busy',
  ERR_LEGACY_EMPTY_CONTENT: 'message',
  ERR_LEGACY_RAW_ACTION: 'message',
  ERR_MESSAGE_DROPPED: 'busy',
  ERR_MESSAGE_EXPIRED: 'busy',
  ERR_MESSAGE_REFUSED: 'message',
  ERR_OUTBOX: 'busy',
  ERR_OUTBOX_LOCKED: 'busy',
  ERR_PEER_UNREACHABLE: 'busy',
  ERR_QUEUE_FULL: 'busy',
  ERR_REMOTE: 'message',
  ERR_SEND_ABORTED: 'busy',
  ERR_SEND_TOO_LARGE: 'message',
  ERR_UNENCODABLE: 'message',
  ERR_UNKNOWN_CLIENT: 'message',
  // Handling a message
  // A repeat; only its answer, which nobody waits for, is gone.
  ERR_ANSWER_NOT_KEPT: 'handled',
  ERR_APP_STOPPING: 'link',
  ERR_BAD_VALUE: 'message',
  // The host cannot write keys, of this message or any other.
  ERR_DEDUP: 'link',
  ERR_HANDLER_FAILED: 'message',
  // It was not begun, and will be when the handler has ended.
  ERR_HANDLER_STUCK: 'busy',
  // The same silence as ERR_ACK_TIMEOUT; it depends on the settings which of the two is noticed first.
  ERR_HANDLER_TIMEOUT: 'busy',
  ERR_RESULT_OVERFLOW: 'message',
  ERR_STREAM_IDLE: 'busy',
  ERR_UNKNOWN_ACTION: 'message',
  // Connections of a host
  ERR_BAD_CONTENT: 'content',
  ERR_BAD_HEADER: 'content',
  ERR_BAD_REQUEST: 'content',
  ERR_CONNECT: 'busy',
  ERR_CONNECTION_LOST: 'link',
  ERR_CONTENT_TOO_LARGE: 'content',
  ERR_FRAME_TIMEOUT: 'link',
  ERR_HEARTBEAT_LOST: 'link',
  ERR_IDLE_TIMEOUT: 'link',
  ERR_LINK_FAILED: 'link',
  ERR_MEMORY_BUDGET: 'link',
  ERR_NESTING_TOO_DEEP: 'content',
  ERR_PEER_NOT_ALLOWED: 'link',
  ERR_PROTOCOL_VIOLATION: 'content',
  ERR_TLS: 'link',
  ERR_TOO_MANY_CONNECTIONS: 'link',
  ERR_TRUNCATED_FRAME: 'link',
  ERR_UNAUTHORIZED: 'link',
  ERR_UNKNOWN_ENCODING: 'content',
  ERR_UNSENT_OVERFLOW: 'link',
  ERR_WRITE_TIMEOUT: 'link',
  // Set-up
  ERR_ACCEPT: 'message',
  ERR_BAD_OPTION: 'message',
  ERR_CERTIFICATE: 'message',
  ERR_CONFIG: 'message',
  ERR_DEDUP_LOCKED: 'link',
  ERR_DETACHED: 'message',
  ERR_LISTEN: 'message',
  ERR_MISSING_PACKAGE: 'message',
  ERR_SUBSCRIBER: 'message',
  // Actors
  ERR_ACTOR_INTERRUPTED: 'busy',
  ERR_ACTOR_STOPPED: 'busy',
  ERR_ASK_ABORTED: 'busy',
  ERR_ASK_TIMEOUT: 'busy',
  ERR_BAD_NAME: 'message',
  ERR_DEATH_PACT: 'busy',
  ERR_MAILBOX_FULL: 'busy',
  ERR_NAME_TAKEN: 'busy',
  ERR_STASH_FULL: 'busy',
  // Recordings
  ERR_BAD_RECORDING: 'message',
  ERR_NOT_RECORDED: 'message',
  ERR_REPLAY_STUCK: 'message',
} as const satisfies Record<ErrorCode, Judgement>;

/**
 * What a failed try of a kept message says. A code that no version of ours has is a handler's answer to the
 * message.
 */
export function judgeFailure(error: RxcometError): Judgement {
  if (error instanceof RemoteError) return byCode<Judgement>(remote, error.remoteCode, 'message');
  // Without an answer to this message, what came was no reply to anything.
  if (error.code === 'ERR_BAD_REPLY' && error instanceof SendError && error.delivered !== 'yes')
    return 'link';
  return byCode<Judgement>(local, error.code, 'message');
}
