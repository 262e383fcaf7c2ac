import { HandlerError, type HandlerErrorFields } from './HandlerError';

/** A value does not fit the contract its action was defined with; the message names the path and the expectation. */
export class BadValue extends HandlerError {
  override readonly name = 'BadValue';
  readonly code = 'ERR_BAD_VALUE';

  constructor(message: string, fields: HandlerErrorFields) {
    super(message, fields);
  }
}
