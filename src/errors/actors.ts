import { RxcometError, type RxcometErrorOptions } from './RxcometError';

/** Which actor a failure belongs to. */
export interface ActorErrorFields extends RxcometErrorOptions {
  /** Path of the actor, such as /user/stage. */
  readonly actor: string;
}

/** Base of failures around one actor: a message it did not take, an answer that did not come. */
export abstract class ActorError extends RxcometError {
  readonly actor: string;

  constructor(message: string, fields: ActorErrorFields) {
    super(`${fields.actor}: ${message}`, fields);
    this.actor = fields.actor;
  }
}

/**
 * An interrupting message arrived while this one was being handled; it is the reason its signal was aborted
 * with.
 */
export class ActorInterrupted extends ActorError {
  override readonly name = 'ActorInterrupted';
  readonly code = 'ERR_ACTOR_INTERRUPTED';
}

/** The actor has stopped, or stopped before it answered. */
export class ActorStopped extends ActorError {
  override readonly name = 'ActorStopped';
  readonly code = 'ERR_ACTOR_STOPPED';
}

/**
 * The asking side gave up before the answer came: its signal was aborted (`cause` is the reason) or it
 * unsubscribed.
 */
export class AskAborted extends ActorError {
  override readonly name = 'AskAborted';
  readonly code = 'ERR_ASK_ABORTED';
}

/**
 * An actor gave no answer within the time an ask may take. A message still waiting in the mailbox left it;
 * one being handled had its signal aborted.
 */
export class AskTimeout extends ActorError {
  override readonly name = 'AskTimeout';
  readonly code = 'ERR_ASK_TIMEOUT';
}

/** A name that no actor may have. */
export class BadName extends RxcometError {
  override readonly name = 'BadName';
  readonly code = 'ERR_BAD_NAME';

  constructor(readonly given: string) {
    super(`${JSON.stringify(given)} cannot name an actor: use letters, digits and any of _ . ~ -`);
  }
}

/**
 * An actor that was being watched ended and the watching one has no `onSignal` to be told by; `cause` is what
 * ended it, if anything.
 */
export class DeathPact extends ActorError {
  override readonly name = 'DeathPact';
  readonly code = 'ERR_DEATH_PACT';
}

/**
 * The mailbox of an actor had no room for a message, and none came free within the time that was allowed; the
 * actor never saw it.
 */
export class MailboxFull extends ActorError {
  override readonly name = 'MailboxFull';
  readonly code = 'ERR_MAILBOX_FULL';
}

/** An actor of that name lives (or is still stopping) under the same parent. */
export class NameTaken extends RxcometError {
  override readonly name = 'NameTaken';
  readonly code = 'ERR_NAME_TAKEN';

  constructor(readonly path: string) {
    super(`there is an actor ${path} already; its name is free once it has stopped`);
  }
}

/** `context.stash()` was called with `stashCapacity` messages put aside already. */
export class StashFull extends ActorError {
  override readonly name = 'StashFull';
  readonly code = 'ERR_STASH_FULL';
}
