/** What an actor is doing. `busy`: handling a message that has not settled. `suspended`: waiting for its parent's decision. */
export type ActorStatus =
  'starting' | 'ready' | 'busy' | 'suspended' | 'restarting' | 'backoff' | 'stopping' | 'stopped';

/** One actor in a snapshot of the hierarchy. */
export interface ActorNode {
  readonly name: string;
  readonly path: string;
  /** Undefined for the roots (`/user`, `/system`) and for system actors. */
  readonly status: ActorStatus | undefined;
  /** The state a system actor shows; undefined for others, whose state is theirs. */
  readonly state: unknown;
  readonly mailbox: { readonly depth: number; readonly capacity: number };
  /** Messages handled to their end, those whose asker gave up included. */
  readonly handled: number;
  /** Failures that went to supervision. */
  readonly failed: number;
  readonly restarts: number;
  readonly children: readonly ActorNode[];
}
