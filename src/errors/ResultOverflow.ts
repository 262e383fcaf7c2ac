import { RxcometError, type RxcometErrorOptions } from './RxcometError';

/** An Observable answered faster than the peer reads and its results exceeded `Limits.Max_unsent_bytes`. */
export class ResultOverflow extends RxcometError {
  override readonly name = 'ResultOverflow';
  readonly code = 'ERR_RESULT_OVERFLOW';

  constructor(message: string, options: RxcometErrorOptions = {}) {
    super(message, options);
  }
}
