import { SendError, type SendErrorFields } from './SendError';

/** What is known of a message that was given up. */
export interface MessageRefusedFields extends SendErrorFields {
  /** How often it was tried. */
  readonly tries: number;
}

/**
 * An `Outbox` put a message among its dead letters after it was refused too often; `cause` is the last refusal, and `rxcomet outbox` knows
 * the message by its `key`.
 */
export class MessageRefused extends SendError {
  override readonly name = 'MessageRefused';
  readonly code = 'ERR_MESSAGE_REFUSED';
  readonly tries: number;

  constructor(message: string, fields: MessageRefusedFields) {
    super(message, fields);
    this.tries = fields.tries;
  }
}
