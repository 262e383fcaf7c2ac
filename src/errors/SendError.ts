import type { Delivered } from './Delivered';
import { RxcometError, type RxcometErrorOptions } from './RxcometError';

/** Where a failed send was going and how far it got. */
export interface SendErrorFields extends RxcometErrorOptions {
  /** Name of the client in the configuration, or IP:PORT. */
  readonly client: string;
  readonly action: string;
  readonly delivered: Delivered;
  /** message-key of the message, when it carries one. */
  readonly key?: string | undefined;
}

/** Base of every way a send can fail: names client and action, and says in `delivered` whether the message may have arrived. */
export abstract class SendError extends RxcometError {
  readonly client: string;
  readonly action: string;
  readonly delivered: Delivered;
  /** message-key of the message: with one a peer can tell a repeat, so that sending again is safe. */
  readonly key: string | undefined;

  protected constructor(message: string, fields: SendErrorFields) {
    super(message, fields);
    this.client = fields.client;
    this.action = fields.action;
    this.delivered = fields.delivered;
    this.key = fields.key;
  }
}
