import { SendError, type SendErrorFields } from './SendError';

/** A detached message waited in the queue for longer than `Queue.Ttl_ms`. */
export class MessageExpired extends SendError {
  override readonly name = 'MessageExpired';
  readonly code = 'ERR_MESSAGE_EXPIRED';

  constructor(message: string, fields: SendErrorFields) {
    super(message, fields);
  }
}
