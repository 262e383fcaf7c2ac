import { SendError, type SendErrorFields } from './SendError';

/** The signal given to the send was aborted. */
export class SendAborted extends SendError {
  override readonly name = 'SendAborted';
  readonly code = 'ERR_SEND_ABORTED';

  constructor(message: string, fields: SendErrorFields) {
    super(message, fields);
  }
}
