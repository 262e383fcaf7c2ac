import { SendError, type SendErrorFields } from './SendError';

/** Which store failed. */
export interface OutboxFailedFields extends SendErrorFields {
  /** Its folder. */
  readonly path: string;
}

/** The store of an `Outbox` cannot be opened, or a message could not be written to it; `cause` is what the disk said. */
export class OutboxFailed extends SendError {
  override readonly name = 'OutboxFailed';
  readonly code = 'ERR_OUTBOX';
  readonly path: string;

  constructor(message: string, fields: OutboxFailedFields) {
    super(message, fields);
    this.path = fields.path;
  }
}
