import { RxcometError, type RxcometErrorOptions } from './RxcometError';

/** Which store is taken. */
export interface DedupLockedFields extends RxcometErrorOptions {
  /** Its folder. */
  readonly path: string;
}

/** Another process, or another host of this one, uses the folder of `Host.Dedup.Path`. */
export class DedupLocked extends RxcometError {
  override readonly name = 'DedupLocked';
  readonly code = 'ERR_DEDUP_LOCKED';
  readonly path: string;

  constructor(message: string, fields: DedupLockedFields) {
    super(message, fields);
    this.path = fields.path;
  }
}
