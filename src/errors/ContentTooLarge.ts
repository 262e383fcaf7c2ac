import { PeerError, type PeerErrorFields } from './PeerError';

/** A frame declares more content than `Limits.Max_content_bytes` allows; nothing was allocated for it. */
export class ContentTooLarge extends PeerError {
  override readonly name = 'ContentTooLarge';
  readonly code = 'ERR_CONTENT_TOO_LARGE';

  constructor(message: string, fields: PeerErrorFields) {
    super(message, fields);
  }
}
