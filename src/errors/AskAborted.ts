import { ActorError, type ActorErrorFields } from './ActorError';

/** The asking side gave up before the answer came: its signal was aborted (`cause` is the reason) or it unsubscribed. */
export class AskAborted extends ActorError {
  override readonly name = 'AskAborted';
  readonly code = 'ERR_ASK_ABORTED';

  constructor(message: string, fields: ActorErrorFields) {
    super(message, fields);
  }
}
