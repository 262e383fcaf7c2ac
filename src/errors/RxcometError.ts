/** Fields every failure may carry. */
export interface RxcometErrorOptions {
  /** What brought it about: the error of Node, of a handler, of a library. */
  readonly cause?: unknown;
}

/**
 * Base of every failure rxcomet reports. Match on `code`, which never changes its meaning; the message is for people.
 * All codes with their remedies: docs/errors.md.
 *
 * @example
 * try { await telegram.ask('Status'); } catch (error) {
 *   if (error instanceof RxcometError && error.code === 'ERR_ACK_TIMEOUT') console.log('no answer in time');
 * }
 */
export abstract class RxcometError extends Error {
  /** Stable name of the failure, listed in docs/errors.md. */
  abstract readonly code: string;

  constructor(message: string, options: RxcometErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
  }
}
