import { SendError, type SendErrorFields } from './SendError';

/** The overflow rule (`drop-oldest`, `drop-newest`) gave this message up to make room. */
export class MessageDropped extends SendError {
  override readonly name = 'MessageDropped';
  readonly code = 'ERR_MESSAGE_DROPPED';

  constructor(message: string, fields: SendErrorFields) {
    super(message, fields);
  }
}
