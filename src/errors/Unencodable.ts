import { RxcometError, type RxcometErrorOptions } from './RxcometError';

/** A value cannot be written as JSON: it is cyclic, or holds a function, a symbol, a Map or a Set; the message names the path. */
export class Unencodable extends RxcometError {
  override readonly name = 'Unencodable';
  readonly code = 'ERR_UNENCODABLE';
  /** As in SendError: nothing was written. */
  readonly delivered = 'no';

  constructor(message: string, options: RxcometErrorOptions = {}) {
    super(message, options);
  }
}
