import { RxcometError, type RxcometErrorOptions } from './RxcometError';

/** Which store failed. */
export interface DedupFailedFields extends RxcometErrorOptions {
  /** Its folder. */
  readonly path: string;
}

/**
 * The store of `Host.Dedup.Path` could not be opened, written or read; `cause` is what the disk said. A sender gets it as the error
 * acknowledgement of a message that was therefore not handled.
 */
export class DedupFailed extends RxcometError {
  override readonly name = 'DedupFailed';
  readonly code = 'ERR_DEDUP';
  readonly path: string;

  constructor(message: string, fields: DedupFailedFields) {
    super(message, fields);
    this.path = fields.path;
  }
}
