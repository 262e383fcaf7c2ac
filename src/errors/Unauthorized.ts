import { PeerError, type PeerErrorFields } from './PeerError';

/** The host asks for a `Token` and the peer sent none or a wrong one. */
export class Unauthorized extends PeerError {
  override readonly name = 'Unauthorized';
  readonly code = 'ERR_UNAUTHORIZED';

  constructor(message: string, fields: PeerErrorFields) {
    super(message, fields);
  }
}
