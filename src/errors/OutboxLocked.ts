import { RxcometError, type RxcometErrorOptions } from './RxcometError';

/** Which store is taken. */
export interface OutboxLockedFields extends RxcometErrorOptions {
  /** Its folder. */
  readonly path: string;
}

/** Another process, or another app of this one, uses the folder of an `Outbox`. */
export class OutboxLocked extends RxcometError {
  override readonly name = 'OutboxLocked';
  readonly code = 'ERR_OUTBOX_LOCKED';
  readonly path: string;

  constructor(message: string, fields: OutboxLockedFields) {
    super(message, fields);
    this.path = fields.path;
  }
}
