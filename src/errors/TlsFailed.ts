import { PeerError, type PeerErrorFields } from './PeerError';

/** A connection did not become, or did not stay, a TLS one: a certificate was refused, or one side does not speak TLS. */
export class TlsFailed extends PeerError {
  override readonly name = 'TlsFailed';
  readonly code = 'ERR_TLS';

  constructor(message: string, fields: PeerErrorFields) {
    super(message, fields);
  }
}
