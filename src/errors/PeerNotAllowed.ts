import { PeerError, type PeerErrorFields } from './PeerError';

/** The address of the peer is not in the `Allow` list of the host. */
export class PeerNotAllowed extends PeerError {
  override readonly name = 'PeerNotAllowed';
  readonly code = 'ERR_PEER_NOT_ALLOWED';

  constructor(message: string, fields: PeerErrorFields) {
    super(message, fields);
  }
}
