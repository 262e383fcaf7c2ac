import type { Delivered } from './Delivered';
import { HandlerError, type HandlerErrorFields } from './HandlerError';

/** Where a value did not fit; `delivered` as in SendError, for those who send. */
export interface BadValueFields extends HandlerErrorFields {
  readonly delivered: Delivered;
}

/** A value does not fit the contract its action was defined with; the message names the path and the expectation. */
export class BadValue extends HandlerError {
  override readonly name = 'BadValue';
  readonly code = 'ERR_BAD_VALUE';
  readonly delivered: Delivered;

  constructor(message: string, fields: BadValueFields) {
    super(message, fields);
    this.delivered = fields.delivered;
  }
}
