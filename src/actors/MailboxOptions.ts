import type { Priority } from './ActorRef';

/**
 * What a full mailbox does: `reject` refuses the newcomer, `drop-oldest` makes room, `drop-newest` lets the
 * newcomer go.
 */
export type MailboxOverflow = 'reject' | 'drop-oldest' | 'drop-newest';

/**
 * The mailbox of an actor. Whatever it does not take becomes a dead letter, and its ask fails with
 * ERR_MAILBOX_FULL.
 */
export interface MailboxOptions<in M> {
  /** Messages that may wait; default 1000. */
  readonly capacity?: number;
  /** Default `reject`. `offer` waits for room whatever it says. */
  readonly overflow?: MailboxOverflow;
  /** Tells urgent messages from others; called once per message, default all `normal`. */
  readonly priority?: (message: M) => Priority;
  /** Places beyond `capacity` that only urgent messages may take; default 16. */
  readonly reserved?: number;
}
