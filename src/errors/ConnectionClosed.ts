import { SendError, type SendErrorFields } from './SendError';

/** The connection ended before the answer came. */
export class ConnectionClosed extends SendError {
  override readonly name = 'ConnectionClosed';
  readonly code = 'ERR_CONNECTION_CLOSED';

  constructor(message: string, fields: SendErrorFields) {
    super(message, fields);
  }
}
