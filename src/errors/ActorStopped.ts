import { ActorError, type ActorErrorFields } from './ActorError';

/** The actor has stopped, or stopped before it answered. */
export class ActorStopped extends ActorError {
  override readonly name = 'ActorStopped';
  readonly code = 'ERR_ACTOR_STOPPED';

  constructor(message: string, fields: ActorErrorFields) {
    super(message, fields);
  }
}
