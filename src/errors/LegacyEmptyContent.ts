import { SendError, type SendErrorFields } from './SendError';

/** A frame with empty raw content would hang a legacy COMET server for good (protocol 1.4), so it is never written. */
export class LegacyEmptyContent extends SendError {
  override readonly name = 'LegacyEmptyContent';
  readonly code = 'ERR_LEGACY_EMPTY_CONTENT';

  constructor(message: string, fields: SendErrorFields) {
    super(message, fields);
  }
}
