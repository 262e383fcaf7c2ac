import { SendError, type SendErrorFields } from './SendError';

/** The message is larger than the peer said it accepts. */
export class SendTooLarge extends SendError {
  override readonly name = 'SendTooLarge';
  readonly code = 'ERR_SEND_TOO_LARGE';

  constructor(message: string, fields: SendErrorFields) {
    super(message, fields);
  }
}
