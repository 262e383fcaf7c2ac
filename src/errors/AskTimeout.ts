import { ActorError, type ActorErrorFields } from './ActorError';

/** An actor gave no answer within the time an ask may take. A message still waiting in the mailbox left it; one being handled had its signal aborted. */
export class AskTimeout extends ActorError {
  override readonly name = 'AskTimeout';
  readonly code = 'ERR_ASK_TIMEOUT';

  constructor(message: string, fields: ActorErrorFields) {
    super(message, fields);
  }
}
