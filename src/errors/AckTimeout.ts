import { SendError, type SendErrorFields } from './SendError';

/** No result arrived within the time a send may take (`Ack_timeout_ms`, `timeoutMs`). */
export class AckTimeout extends SendError {
  override readonly name = 'AckTimeout';
  readonly code = 'ERR_ACK_TIMEOUT';

  constructor(message: string, fields: SendErrorFields) {
    super(message, fields);
  }
}
