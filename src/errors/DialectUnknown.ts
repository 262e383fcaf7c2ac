import { SendError, type SendErrorFields } from './SendError';

/** A raw value with an action was to be sent before anything showed that the peer speaks the native dialect. */
export class DialectUnknown extends SendError {
  override readonly name = 'DialectUnknown';
  readonly code = 'ERR_DIALECT_UNKNOWN';

  constructor(message: string, fields: SendErrorFields) {
    super(message, fields);
  }
}
