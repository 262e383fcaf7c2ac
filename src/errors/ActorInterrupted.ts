import { ActorError, type ActorErrorFields } from './ActorError';

/** An interrupting message arrived while this one was being handled; it is the reason its signal was aborted with. */
export class ActorInterrupted extends ActorError {
  override readonly name = 'ActorInterrupted';
  readonly code = 'ERR_ACTOR_INTERRUPTED';

  constructor(message: string, fields: ActorErrorFields) {
    super(message, fields);
  }
}
