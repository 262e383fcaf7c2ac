import { RxcometError, type RxcometErrorOptions } from './RxcometError';

/** A PEM file of our own configuration cannot be used: unreadable, no certificate or key, expired, or the two do not belong together. */
export class BadCertificate extends RxcometError {
  override readonly name = 'BadCertificate';
  readonly code = 'ERR_CERTIFICATE';

  constructor(message: string, options: RxcometErrorOptions = {}) {
    super(message, options);
  }
}
