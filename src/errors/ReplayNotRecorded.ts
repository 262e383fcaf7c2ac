import type { RemoteErrorFields } from './RemoteError';
import { SendError } from './SendError';

/** A stand-in, or the replay that stands in for every peer, was sent something its recording does not hold (any more). */
export class ReplayNotRecorded extends SendError {
  override readonly name = 'ReplayNotRecorded';
  readonly code = 'ERR_NOT_RECORDED';
  /** As in `RemoteError`, which it is to a client that does not know this code. */
  readonly remoteCode: string;

  constructor(message: string, fields: RemoteErrorFields) {
    super(message, fields);
    this.remoteCode = fields.remoteCode;
  }
}
