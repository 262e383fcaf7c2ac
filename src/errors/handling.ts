import { RxcometError, type RxcometErrorOptions } from './RxcometError';
import type { Delivered } from './sending';

/** Which store failed. */
export interface DedupFailedFields extends RxcometErrorOptions {
  /** Its folder. */
  readonly path: string;
  readonly lost?: number | undefined;
}

/**
 * The store of `Host.Dedup.Path` could not be opened, written or read; `cause` is what the disk said. A
 * sender gets it as the error acknowledgement of a message that was therefore not handled.
 */
export class DedupFailed extends RxcometError {
  override readonly name = 'DedupFailed';
  readonly code = 'ERR_DEDUP';
  readonly path: string;
  /**
   * Of a damaged store: how many keys, or answers of keys, may be lost, at most; undefined: none, or it is
   * not known.
   */
  readonly lost: number | undefined;

  constructor(message: string, fields: DedupFailedFields) {
    super(message, fields);
    this.path = fields.path;
    this.lost = fields.lost;
  }
}

/** Which message a failure of its handling belongs to. */
export interface HandlerErrorFields extends RxcometErrorOptions {
  /** As the peer chose it, cut after 200 characters. */
  readonly action: string;
  /** The sender as ip:port. */
  readonly peer: string;
}

/**
 * Base of failures in the handling of one message. The sender gets them as an error acknowledgement; the
 * handler stays registered.
 */
export abstract class HandlerError extends RxcometError {
  readonly action: string;
  readonly peer: string;

  constructor(message: string, fields: HandlerErrorFields) {
    super(message, fields);
    this.action = fields.action;
    this.peer = fields.peer;
  }
}

/**
 * A repeat of a message that was handled well, whose answer is not there any more: it was too large to be
 * kept.
 */
export class AnswerNotKept extends HandlerError {
  override readonly name = 'AnswerNotKept';
  readonly code = 'ERR_ANSWER_NOT_KEPT';
}

/** Where a value did not fit; `delivered` as in SendError, for those who send. */
export interface BadValueFields extends HandlerErrorFields {
  readonly delivered: Delivered;
}

/**
 * A value does not fit the contract its action was defined with; the message names the path and the
 * expectation.
 */
export class BadValue extends HandlerError {
  override readonly name = 'BadValue';
  readonly code = 'ERR_BAD_VALUE';
  readonly delivered: Delivered;

  constructor(message: string, fields: BadValueFields) {
    super(message, fields);
    this.delivered = fields.delivered;
  }
}

/** A handler threw, rejected or errored; `cause` is what it threw. */
export class HandlerFailed extends HandlerError {
  override readonly name = 'HandlerFailed';
  readonly code = 'ERR_HANDLER_FAILED';
}

/** A handler gave no answer within `Limits.Handler_timeout_ms`. */
export class HandlerTimeout extends HandlerError {
  override readonly name = 'HandlerTimeout';
  readonly code = 'ERR_HANDLER_TIMEOUT';
}

/** Which handlers are stuck. */
export interface HandlerStuckFields extends HandlerErrorFields {
  /** When it is told of several messages: each action once. `action` is the first of them. */
  readonly actions?: readonly string[];
}

/**
 * A handler has not settled within `Limits.Abort_grace_ms` after the signal of its message was aborted. As a
 * failure it names those that gave their slots back; as an acknowledgement it says that the message was not
 * begun, because the handler has a `concurrency` that such calls use up.
 */
export class HandlerStuck extends HandlerError {
  override readonly name = 'HandlerStuck';
  readonly code = 'ERR_HANDLER_STUCK';
  readonly actions: readonly string[];

  constructor(message: string, fields: HandlerStuckFields) {
    super(message, fields);
    this.actions = fields.actions ?? [fields.action];
  }
}

/** An Observable answered faster than the peer reads and its results exceeded `Limits.Max_unsent_bytes`. */
export class ResultOverflow extends RxcometError {
  override readonly name = 'ResultOverflow';
  readonly code = 'ERR_RESULT_OVERFLOW';
}

/** A stream of results was silent for `Limits.Stream_idle_ms`. */
export class StreamIdle extends HandlerError {
  override readonly name = 'StreamIdle';
  readonly code = 'ERR_STREAM_IDLE';
}

/** No handler is registered for the action of a message. */
export class UnknownAction extends HandlerError {
  override readonly name = 'UnknownAction';
  readonly code = 'ERR_UNKNOWN_ACTION';
}

/** Why `message.signal` aborted: the app is stopping and its grace time is over. */
export class AppStopping extends RxcometError {
  override readonly name = 'AppStopping';
  readonly code = 'ERR_APP_STOPPING';
}
