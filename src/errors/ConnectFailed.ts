import { PeerError, type PeerErrorFields } from './PeerError';

/** No connection could be opened to the peer; `cause` is the error of the system, absent when the time was up. */
export class ConnectFailed extends PeerError {
  override readonly name = 'ConnectFailed';
  readonly code = 'ERR_CONNECT';

  constructor(message: string, fields: PeerErrorFields) {
    super(message, fields);
  }
}
