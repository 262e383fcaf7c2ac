import { RxcometError, type RxcometErrorOptions } from './RxcometError';

/** Something given to `app.detach` failed with an error that is none of ours; `cause` is that error. */
export class DetachedFailed extends RxcometError {
  override readonly name = 'DetachedFailed';
  readonly code = 'ERR_DETACHED';

  constructor(message: string, options: RxcometErrorOptions = {}) {
    super(message, options);
  }
}
