import { ActorError, type ActorErrorFields } from './ActorError';

/** The mailbox of an actor had no room for a message, and none came free within the time that was allowed; the actor never saw it. */
export class MailboxFull extends ActorError {
  override readonly name = 'MailboxFull';
  readonly code = 'ERR_MAILBOX_FULL';

  constructor(message: string, fields: ActorErrorFields) {
    super(message, fields);
  }
}
