import { RxcometError, type RxcometErrorOptions } from './RxcometError';

/** An optional package is needed for what was asked and is not installed; the message holds the `npm i` line. */
export class MissingPackage extends RxcometError {
  override readonly name = 'MissingPackage';
  readonly code = 'ERR_MISSING_PACKAGE';

  constructor(message: string, options: RxcometErrorOptions = {}) {
    super(message, options);
  }
}
