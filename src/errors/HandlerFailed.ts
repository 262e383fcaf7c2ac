import { HandlerError, type HandlerErrorFields } from './HandlerError';

/** A handler threw, rejected or errored; `cause` is what it threw. */
export class HandlerFailed extends HandlerError {
  override readonly name = 'HandlerFailed';
  readonly code = 'ERR_HANDLER_FAILED';

  constructor(message: string, fields: HandlerErrorFields) {
    super(message, fields);
  }
}
