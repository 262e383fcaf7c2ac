/** Fields every failure may carry. */
export interface RxcometErrorOptions {
  /** What brought it about: the error of Node, of a handler, of a library. */
  readonly cause?: unknown;
}

/** Marks the errors of every copy of this package. */
const mark = Symbol.for('rxcomet.error');

/**
 * Base of every failure rxcomet reports. Match on `code`, which never changes its meaning; the message is for
 * people. All codes with their remedies: docs/errors.md. `instanceof` also holds for errors of another copy
 * of the package, such as a dependency that brings its own.
 *
 * @example
 * try { await telegram.ask('Status'); } catch (error) {
 *   if (error instanceof RxcometError && error.code === 'ERR_ACK_TIMEOUT') console.log('no answer in time');
 * }
 */
export abstract class RxcometError extends Error {
  static {
    Object.defineProperty(this.prototype, mark, { value: true });
  }

  /** Of another copy by the name of the class, since that copy has classes of its own. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (isOrdinary.call(this, value)) return true;
    if (typeof value !== 'object' || value === null || isOrdinary.call(RxcometError, value)) return false;
    return mark in value && namesOf(value).includes(this.name);
  }

  /** Stable name of the failure, listed in docs/errors.md. */
  abstract readonly code: string;

  constructor(message: string, options: RxcometErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
  }
}

/** `instanceof` as it is without a rule of ours. */
const isOrdinary = Function.prototype[Symbol.hasInstance];

/** Names of the classes of an object, its own first. */
function namesOf(value: object): string[] {
  const names: string[] = [];
  let above = Object.getPrototypeOf(value) as object | null;
  for (; above !== null; above = Object.getPrototypeOf(above) as object | null)
    names.push(above.constructor.name);
  return names;
}

/** Whether something that was thrown is a failure of ours; false for what throws when it is asked. */
export function isRxcometError(error: unknown): error is RxcometError {
  try {
    return (
      error instanceof RxcometError && typeof error.code === 'string' && typeof error.message === 'string'
    );
  } catch {
    return false;
  }
}
