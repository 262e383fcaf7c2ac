import type { SendOptions } from './SendOptions';

/** Options of a detached send. */
export interface TellOptions extends SendOptions {
  /** False: no acknowledgement is asked for; fastest, but only local failures are known. Default true. */
  readonly confirm?: boolean;
}
