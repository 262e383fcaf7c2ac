import { PeerError, type PeerErrorFields } from './PeerError';

/** The content of a frame cannot be read: bytes that are not of the declared encoding, or text that is no JSON (protocol 1.1, 1.2). */
export class BadContent extends PeerError {
  override readonly name = 'BadContent';
  readonly code = 'ERR_BAD_CONTENT';

  constructor(message: string, fields: PeerErrorFields) {
    super(message, fields);
  }
}
