import { RxcometError, type RxcometErrorOptions } from './RxcometError';

/** Which message a failure of its handling belongs to. */
export interface HandlerErrorFields extends RxcometErrorOptions {
  /** As the peer chose it, cut after 200 characters. */
  readonly action: string;
  /** The sender as ip:port. */
  readonly peer: string;
}

/** Base of failures in the handling of one message. The sender gets them as an error acknowledgement; the handler stays registered. */
export abstract class HandlerError extends RxcometError {
  readonly action: string;
  readonly peer: string;

  protected constructor(message: string, fields: HandlerErrorFields) {
    super(message, fields);
    this.action = fields.action;
    this.peer = fields.peer;
  }
}
