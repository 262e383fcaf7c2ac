/** What `state$` of a client emits; the current one at once when subscribed. */
export type ClientState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  | {
      readonly kind: 'backoff';
      /** Failed attempts in a row. */
      readonly attempt: number;
      /** Until the next one. */
      readonly delayMs: number;
      /** Why the last one failed. */
      readonly reason: string;
    }
  | { readonly kind: 'closed' };
