import { HandlerError, type HandlerErrorFields } from './HandlerError';

/** No handler is registered for the action of a message. */
export class UnknownAction extends HandlerError {
  override readonly name = 'UnknownAction';
  readonly code = 'ERR_UNKNOWN_ACTION';

  constructor(message: string, fields: HandlerErrorFields) {
    super(message, fields);
  }
}
