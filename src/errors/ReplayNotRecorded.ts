import { RxcometError, type RxcometErrorOptions } from './RxcometError';

/** During a replay the app sent something the recording does not hold. */
export class ReplayNotRecorded extends RxcometError {
  override readonly name = 'ReplayNotRecorded';
  readonly code = 'ERR_NOT_RECORDED';

  constructor(message: string, options: RxcometErrorOptions = {}) {
    super(message, options);
  }
}
