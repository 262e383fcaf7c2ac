import { HandlerError, type HandlerErrorFields } from './HandlerError';

/** A handler gave no answer within `Limits.Handler_timeout_ms`. */
export class HandlerTimeout extends HandlerError {
  override readonly name = 'HandlerTimeout';
  readonly code = 'ERR_HANDLER_TIMEOUT';

  constructor(message: string, fields: HandlerErrorFields) {
    super(message, fields);
  }
}
