import { RxcometError, type RxcometErrorOptions } from './RxcometError';

/** An argument given by the program is of the wrong type or out of range. */
export class BadOption extends RxcometError {
  override readonly name = 'BadOption';
  readonly code = 'ERR_BAD_OPTION';
  /** As in SendError: nothing was written. */
  readonly delivered = 'no';

  constructor(message: string, options: RxcometErrorOptions = {}) {
    super(message, options);
  }
}
