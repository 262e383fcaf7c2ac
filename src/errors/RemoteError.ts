import { SendError, type SendErrorFields } from './SendError';

/** What the peer sent as its error. */
export interface RemoteErrorFields extends SendErrorFields {
  /** The code the peer gave, such as ERR_UNKNOWN_ACTION; '' when it gave none (a legacy peer). */
  readonly remoteCode: string;
}

/** The peer received the message and answered with an error: its handler failed, or it has none. `remoteCode` is the peer's own code. */
export class RemoteError extends SendError {
  override readonly name = 'RemoteError';
  readonly code = 'ERR_REMOTE';
  readonly remoteCode: string;

  constructor(message: string, fields: RemoteErrorFields) {
    super(message, fields);
    this.remoteCode = fields.remoteCode;
  }
}
