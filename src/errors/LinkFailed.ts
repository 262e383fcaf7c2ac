import { PeerError, type PeerErrorFields } from './PeerError';

/** The connection broke; `cause` is the error of the socket. */
export class LinkFailed extends PeerError {
  override readonly name = 'LinkFailed';
  readonly code = 'ERR_LINK_FAILED';

  constructor(message: string, fields: PeerErrorFields) {
    super(message, fields);
  }
}
