import { PeerError, type PeerErrorFields } from './PeerError';

/** More than `Limits.Max_unsent_bytes` wait to be written to a peer that does not read. */
export class UnsentOverflow extends PeerError {
  override readonly name = 'UnsentOverflow';
  readonly code = 'ERR_UNSENT_OVERFLOW';

  constructor(message: string, fields: PeerErrorFields) {
    super(message, fields);
  }
}
