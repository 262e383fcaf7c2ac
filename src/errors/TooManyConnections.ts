import { PeerError, type PeerErrorFields } from './PeerError';

/** The host has `Limits.Max_connections` open already. */
export class TooManyConnections extends PeerError {
  override readonly name = 'TooManyConnections';
  readonly code = 'ERR_TOO_MANY_CONNECTIONS';

  constructor(message: string, fields: PeerErrorFields) {
    super(message, fields);
  }
}
