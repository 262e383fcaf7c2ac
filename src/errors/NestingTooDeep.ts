import { PeerError, type PeerErrorFields } from './PeerError';

/** JSON content is nested deeper than `Limits.Max_nesting` allows. */
export class NestingTooDeep extends PeerError {
  override readonly name = 'NestingTooDeep';
  readonly code = 'ERR_NESTING_TOO_DEEP';

  constructor(message: string, fields: PeerErrorFields) {
    super(message, fields);
  }
}
