import { RxcometError, type RxcometErrorOptions } from './RxcometError';

/** Why `message.signal` aborted: the app is stopping and its grace time is over. */
export class AppStopping extends RxcometError {
  override readonly name = 'AppStopping';
  readonly code = 'ERR_APP_STOPPING';

  constructor(message: string, options: RxcometErrorOptions = {}) {
    super(message, options);
  }
}
