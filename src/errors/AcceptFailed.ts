import { RxcometError, type RxcometErrorOptions } from './RxcometError';

/** A host that listens could not accept a connection; it goes on listening. `cause` is the error of the system. */
export class AcceptFailed extends RxcometError {
  override readonly name = 'AcceptFailed';
  readonly code = 'ERR_ACCEPT';

  constructor(message: string, options: RxcometErrorOptions = {}) {
    super(message, options);
  }
}
