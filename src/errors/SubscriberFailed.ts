import { RxcometError, type RxcometErrorOptions } from './RxcometError';

/** A subscriber of one of the streams of the app threw; it stays subscribed. */
export class SubscriberFailed extends RxcometError {
  override readonly name = 'SubscriberFailed';
  readonly code = 'ERR_SUBSCRIBER';

  constructor(message: string, options: RxcometErrorOptions = {}) {
    super(message, options);
  }
}
