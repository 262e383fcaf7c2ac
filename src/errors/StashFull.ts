import { ActorError, type ActorErrorFields } from './ActorError';

/** `context.stash()` was called with `stashCapacity` messages put aside already. */
export class StashFull extends ActorError {
  override readonly name = 'StashFull';
  readonly code = 'ERR_STASH_FULL';

  constructor(message: string, fields: ActorErrorFields) {
    super(message, fields);
  }
}
