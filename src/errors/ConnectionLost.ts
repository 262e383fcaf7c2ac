import { PeerError, type PeerErrorFields } from './PeerError';

/** Why `message.signal` aborted: the peer cancelled, or its connection is gone. */
export class ConnectionLost extends PeerError {
  override readonly name = 'ConnectionLost';
  readonly code = 'ERR_CONNECTION_LOST';

  constructor(message: string, fields: PeerErrorFields) {
    super(message, fields);
  }
}
