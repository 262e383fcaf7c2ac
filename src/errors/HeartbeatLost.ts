import { PeerError, type PeerErrorFields } from './PeerError';

/** Nothing was heard of the peer for two heartbeats (`Heartbeat_ms`). */
export class HeartbeatLost extends PeerError {
  override readonly name = 'HeartbeatLost';
  readonly code = 'ERR_HEARTBEAT_LOST';

  constructor(message: string, fields: PeerErrorFields) {
    super(message, fields);
  }
}
