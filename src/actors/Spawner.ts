import type { ActorRef } from './ActorRef';
import type { Behaviour, Receive } from './behaviour';
import type { MailboxOptions } from './MailboxOptions';
import type { SupervisionStrategy } from './SupervisionStrategy';

/** Options of an actor. */
export interface SpawnOptions<in M> {
  readonly mailbox?: MailboxOptions<M>;
  /** What happens when it fails; default `stop`, as in Pekko. A word stands for that directive at every failure. */
  readonly supervision?: SupervisionStrategy;
  /** Messages `context.stash()` may put aside; default 1000. */
  readonly stashCapacity?: number;
}

/** A behaviour, or just its handler, whose state is undefined at first. */
export type Spawnable<S, M, R> = Behaviour<S, M, R> | Receive<S | undefined, M, R>;

/** What can have children: the system and every actor. */
export interface Spawner {
  /**
   * Starts an actor and returns its address at once; messages sent meanwhile wait. Names are letters, digits and `_.~-`; without one it
   * gets a number after `$`. Throws ERR_NAME_TAKEN, ERR_BAD_NAME, ERR_BAD_OPTION, or ERR_ACTOR_STOPPED when the parent has stopped.
   *
   * @example
   * const echo = system.spawn('echo', (_, text: string, context: ActorContext<string, string>) => context.reply(text));
   */
  spawn<S, M, R = null>(
    name: string,
    behaviour: Spawnable<S, M, R>,
    options?: SpawnOptions<M>,
  ): ActorRef<M, R>;
  spawn<S, M, R = null>(behaviour: Spawnable<S, M, R>, options?: SpawnOptions<M>): ActorRef<M, R>;
}
