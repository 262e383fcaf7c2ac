import { SendError, type SendErrorFields } from './SendError';

/** The peer answered with something that is no reply. */
export class BadReply extends SendError {
  override readonly name = 'BadReply';
  readonly code = 'ERR_BAD_REPLY';

  constructor(message: string, fields: SendErrorFields) {
    super(message, fields);
  }
}
