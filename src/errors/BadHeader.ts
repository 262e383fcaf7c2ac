import { PeerError, type PeerErrorFields } from './PeerError';

/** The bytes are no frame of this protocol: wrong first bytes, a header that is no JSON object, or a required key missing or of the wrong type (protocol 1.1). */
export class BadHeader extends PeerError {
  override readonly name = 'BadHeader';
  readonly code = 'ERR_BAD_HEADER';

  constructor(message: string, fields: PeerErrorFields) {
    super(message, fields);
  }
}
