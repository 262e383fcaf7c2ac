/**
 * Why a message did not arrive. `stopped`: its actor has ended, or ended before handling it. `mailbox-full`: refused. `dropped`: given
 * up by `drop-oldest` or `drop-newest`. `abandoned`: the asking side gave up before it was handled. `late-reply`: a reply nobody awaits
 * any more; `message` is the reply. `no-handler`: a peer sent an action that nothing handles.
 */
export type DeadLetterReason =
  'stopped' | 'mailbox-full' | 'dropped' | 'abandoned' | 'late-reply' | 'no-handler';

/** A message that was not delivered. */
export interface DeadLetter {
  /** Path of the actor it was meant for; of a late reply, of the actor that gave it. */
  readonly target: string;
  readonly message: unknown;
  readonly reason: DeadLetterReason;
  /** Wall-clock time in milliseconds since 1970. */
  readonly at: number;
}
