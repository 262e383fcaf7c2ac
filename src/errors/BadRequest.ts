import { PeerError, type PeerErrorFields } from './PeerError';

/** The content is JSON but no request: no object, or its action is no string (protocol 1.2). */
export class BadRequest extends PeerError {
  override readonly name = 'BadRequest';
  readonly code = 'ERR_BAD_REQUEST';

  constructor(message: string, fields: PeerErrorFields) {
    super(message, fields);
  }
}
