import { SendError, type SendErrorFields } from './SendError';

/** A raw value with an action cannot be expressed to a legacy COMET peer. */
export class LegacyRawAction extends SendError {
  override readonly name = 'LegacyRawAction';
  readonly code = 'ERR_LEGACY_RAW_ACTION';

  constructor(message: string, fields: SendErrorFields) {
    super(message, fields);
  }
}
