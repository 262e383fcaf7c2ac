import { RxcometError, type RxcometErrorOptions } from './RxcometError';

/** A host could not listen on its address; `cause` is the error of the system. */
export class ListenFailed extends RxcometError {
  override readonly name = 'ListenFailed';
  readonly code = 'ERR_LISTEN';

  constructor(message: string, options: RxcometErrorOptions = {}) {
    super(message, options);
  }
}
