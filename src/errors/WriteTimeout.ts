import { PeerError, type PeerErrorFields } from './PeerError';

/** The peer did not read what was written to it for `Limits.Write_timeout_ms`. */
export class WriteTimeout extends PeerError {
  override readonly name = 'WriteTimeout';
  readonly code = 'ERR_WRITE_TIMEOUT';

  constructor(message: string, fields: PeerErrorFields) {
    super(message, fields);
  }
}
