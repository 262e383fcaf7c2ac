import { ActorError, type ActorErrorFields } from './ActorError';

/** An actor that was being watched ended and the watching one has no `onSignal` to be told by; `cause` is what ended it, if anything. */
export class DeathPact extends ActorError {
  override readonly name = 'DeathPact';
  readonly code = 'ERR_DEATH_PACT';

  constructor(message: string, fields: ActorErrorFields) {
    super(message, fields);
  }
}
