import { PeerError, type PeerErrorFields } from './PeerError';

/** The peer ended the connection inside a frame (protocol 1.3); no reply is sent. */
export class TruncatedFrame extends PeerError {
  override readonly name = 'TruncatedFrame';
  readonly code = 'ERR_TRUNCATED_FRAME';

  constructor(message: string, fields: PeerErrorFields) {
    super(message, fields);
  }
}
