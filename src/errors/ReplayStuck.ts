import { RxcometError, type RxcometErrorOptions } from './RxcometError';

/** During a replay in virtual time something waited for the world outside, such as a file or another process; the message names it. */
export class ReplayStuck extends RxcometError {
  override readonly name = 'ReplayStuck';
  readonly code = 'ERR_REPLAY_STUCK';

  constructor(message: string, options: RxcometErrorOptions = {}) {
    super(message, options);
  }
}
