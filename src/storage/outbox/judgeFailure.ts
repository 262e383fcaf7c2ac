import { RemoteError, SendError } from '../../errors/sending';
import type { RxcometError } from '../../errors/RxcometError';

/**
 * Whose fault a failed try was:
 *
 * - `stopped`: nobody's, the app stops; the message stays for the next start
 * - `link`: the connection's or the peer's as a whole; everything waits, then goes again in its order
 * - `busy`: of the moment; this message is tried again, the others go on
 * - `content`: the host ended the connection over something it read on it, and which message that was it doesn't say
 * - `message`: this message's; it is tried again, but not for ever
 */
export type Judgement = 'stopped' | 'link' | 'busy' | 'content' | 'message';

const LOCAL: Readonly<Record<string, Judgement>> = {
  ERR_APP_STOPPED: 'stopped',
  ERR_ACK_TIMEOUT: 'busy',
  // It takes a JSON message before it to find out, or `Dialect: native`.
  ERR_DIALECT_UNKNOWN: 'busy',
  ERR_CONNECTION_CLOSED: 'link',
  ERR_PEER_UNREACHABLE: 'link',
  ERR_QUEUE_FULL: 'link',
  ERR_MESSAGE_DROPPED: 'link',
  ERR_MESSAGE_EXPIRED: 'link',
};

/** Codes in the error frames of a host, docs/errors.md. */
const REMOTE: Readonly<Record<string, Judgement>> = {
  ERR_APP_STOPPING: 'link',
  ERR_APP_STOPPED: 'link',
  ERR_UNAUTHORIZED: 'link',
  ERR_PEER_NOT_ALLOWED: 'link',
  ERR_TOO_MANY_CONNECTIONS: 'link',
  ERR_MEMORY_BUDGET: 'link',
  ERR_FRAME_TIMEOUT: 'link',
  ERR_WRITE_TIMEOUT: 'link',
  ERR_IDLE_TIMEOUT: 'link',
  ERR_UNSENT_OVERFLOW: 'link',
  ERR_HEARTBEAT_LOST: 'link',
  ERR_CONNECTION_LOST: 'link',
  ERR_LINK_FAILED: 'link',
  ERR_TLS: 'link',
  // The host cannot write keys, of this message or any other.
  ERR_DEDUP: 'link',
  ERR_MAILBOX_FULL: 'busy',
  ERR_STASH_FULL: 'busy',
  ERR_ACTOR_INTERRUPTED: 'busy',
  ERR_ACTOR_STOPPED: 'busy',
  ERR_ASK_ABORTED: 'busy',
  // It was not begun, and will be when the handler has ended.
  ERR_HANDLER_STUCK: 'busy',
  ERR_CONTENT_TOO_LARGE: 'content',
  ERR_NESTING_TOO_DEEP: 'content',
  ERR_BAD_CONTENT: 'content',
  ERR_BAD_HEADER: 'content',
  ERR_BAD_REQUEST: 'content',
  ERR_UNKNOWN_ENCODING: 'content',
  ERR_PROTOCOL_VIOLATION: 'content',
};

/** What a failed try of a kept message says. A code it doesn't know is an answer to the message. */
export function judgeFailure(error: RxcometError): Judgement {
  if (error instanceof RemoteError) return judgementIn(REMOTE, error.remoteCode);
  // Without an answer to this message, what came was no reply to anything.
  if (error.code === 'ERR_BAD_REPLY' && error instanceof SendError && error.delivered !== 'yes')
    return 'link';
  return judgementIn(LOCAL, error.code);
}

function judgementIn(table: Readonly<Record<string, Judgement>>, code: string): Judgement {
  return Object.hasOwn(table, code) ? (table[code] ?? 'message') : 'message';
}
