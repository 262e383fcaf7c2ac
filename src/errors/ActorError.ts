import { RxcometError, type RxcometErrorOptions } from './RxcometError';

/** Which actor a failure belongs to. */
export interface ActorErrorFields extends RxcometErrorOptions {
  /** Path of the actor, such as /user/stage. */
  readonly actor: string;
}

/** Base of failures around one actor: a message it did not take, an answer that did not come. */
export abstract class ActorError extends RxcometError {
  readonly actor: string;

  protected constructor(message: string, fields: ActorErrorFields) {
    super(`${fields.actor}: ${message}`, fields);
    this.actor = fields.actor;
  }
}
