import { PeerError, type PeerErrorFields } from './PeerError';

/** The frame names a content-encoding that is no text codec known here (protocol 1.1). */
export class UnknownEncoding extends PeerError {
  override readonly name = 'UnknownEncoding';
  readonly code = 'ERR_UNKNOWN_ENCODING';

  constructor(message: string, fields: PeerErrorFields) {
    super(message, fields);
  }
}
