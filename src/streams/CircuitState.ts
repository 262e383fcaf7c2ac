import type { SendError } from '../errors/sending';

/** Where a `circuitBreaker` stands; the terms are those of M. Nygard, "Release It!". `cause` is the failure that opened it. */
export type CircuitState =
  /** Sends pass. */
  | { readonly kind: 'closed' }
  /** Sends fail at once. `until`: ms since 1970, from when on the next send is let through. */
  | { readonly kind: 'open'; readonly until: number; readonly cause: SendError }
  /** One send at a time is let through, to see whether the peer is back. */
  | { readonly kind: 'half-open'; readonly cause: SendError };
