/**
 * A message with something attached. Mailboxes hold plain messages bare, so that a `tell` allocates nothing;
 * whatever is more than that is an envelope.
 */
export abstract class Envelope<M> {
  constructor(readonly message: M) {}

  /** False: nobody wants it any more, and it no longer counts as waiting. */
  abstract readonly wanted: boolean;
}
