import { PeerError, type PeerErrorFields } from './PeerError';

/** Nothing was exchanged on the connection for `Limits.Idle_timeout_ms`. */
export class IdleTimeout extends PeerError {
  override readonly name = 'IdleTimeout';
  readonly code = 'ERR_IDLE_TIMEOUT';

  constructor(message: string, fields: PeerErrorFields) {
    super(message, fields);
  }
}
