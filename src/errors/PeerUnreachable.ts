import { SendError, type SendErrorFields } from './SendError';

/** No connection could be opened in the time the send had; `cause` is the last connect error. */
export class PeerUnreachable extends SendError {
  override readonly name = 'PeerUnreachable';
  readonly code = 'ERR_PEER_UNREACHABLE';

  constructor(message: string, fields: SendErrorFields) {
    super(message, fields);
  }
}
