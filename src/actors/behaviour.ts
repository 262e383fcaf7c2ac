import type { Observable } from 'rxjs';
import type { Clock } from '../runtime/Clock';
import type { Logger } from '../runtime/Logger';
import type { ActorContract, ActorRef, AnyActorRef } from './ActorRef';
import type { MailboxOptions } from './MailboxOptions';
import type { SupervisionStrategy } from './SupervisionStrategy';

/**
 * What a handler can do besides returning the next state. Each message has its own context: a reply given
 * after the message was complete can never reach somebody else's ask, it becomes a dead letter. Everything
 * but `reply`, `fail`, `unhandled`, `stash` and `signal` may also be used later, from a callback.
 */
export interface ActorContext<in out M, in out R = null> extends Spawner {
  readonly self: ActorRef<M, R>;
  /** The system's clock; timers and timeouts run on it. */
  readonly clock: Clock;
  /** The system's logger; each line carries the path of the actor. */
  readonly log: Logger;
  /**
   * Aborts when this message is given up: stop, restart of the group, timeout or cancel of the ask, an
   * interrupting message. In `initial` it lives as long as what was set up: until restart or stop.
   */
  readonly signal: AbortSignal;
  /** Those alive or still stopping. */
  readonly children: readonly AnyActorRef[];
  readonly timers: ActorTimers<M>;
  /**
   * Answers this message; call it several times for a stream of replies. Nobody hears it when the message was
   * a `tell`.
   */
  reply(value: R): void;
  /** Fails the ask of this message. The actor itself goes on: throw to have its supervision decide. */
  fail(error: unknown): void;
  /** Says that this message means nothing here: an `unhandled` event of the system. */
  unhandled(): void;
  /** Stops a child, or without argument this actor once this message is complete. */
  stop(child?: AnyActorRef): void;
  /** Asks for a `terminated` signal when that actor ends. Survives a restart. */
  watch(ref: AnyActorRef): void;
  /** As `watch`, but the given message comes instead of the signal. */
  watchWith(ref: AnyActorRef, message: M): void;
  unwatch(ref: AnyActorRef): void;
  /** Puts this message aside, its ask stays open. Throws ERR_STASH_FULL beyond `stashCapacity`. */
  stash(): void;
  /** Takes all that was put aside back, in its order, before anything waiting in the mailbox. */
  unstashAll(): void;
  /**
   * Work in the background while the actor takes other messages: each result comes back as a message, waiting
   * for room if need be. A failure becomes the message of `toFailure`; without it, or when a function given
   * throws, it is a failure of the actor.
   */
  pipeToSelf<T>(
    work: PromiseLike<T> | Observable<T>,
    toMessage: (result: T) => M,
    toFailure?: (error: unknown) => M,
  ): void;
}

/**
 * Messages an actor sends itself later. All end at restart and stop; a cancelled one never arrives, even if
 * it waits in the mailbox.
 */
export interface ActorTimers<in M> {
  /** Sends once after `delayMs`; replaces the timer of that key. */
  startOnce(key: string, message: M, delayMs: number): void;
  /**
   * Sends every `intervalMs`, the first after one interval; a tick is left out while the previous one waits
   * in the mailbox.
   */
  startPeriodic(key: string, message: M, intervalMs: number): void;
  cancel(key: string): void;
  cancelAll(): void;
  isActive(key: string): boolean;
}

/** Options of an actor. */
export interface SpawnOptions<in M> {
  readonly mailbox?: MailboxOptions<M>;
  /**
   * What happens when it fails; default `stop`, as in Pekko. A word stands for that directive at every
   * failure.
   */
  readonly supervision?: SupervisionStrategy;
  /** Messages `context.stash()` may put aside; default 1000. */
  readonly stashCapacity?: number;
}

/** A behaviour, or just its handler, whose state is undefined at first. */
export type Spawnable<S, M, R> = Behaviour<S, M, R> | Receive<S | undefined, M, R>;

/** What can have children: the system and every actor. */
export interface Spawner {
  /**
   * Starts an actor and returns its address at once; messages sent meanwhile wait. Names are letters, digits
   * and `_.~-`; without one it gets a number after `$`. Throws ERR_NAME_TAKEN, ERR_BAD_NAME, ERR_BAD_OPTION,
   * or ERR_ACTOR_STOPPED when the parent has stopped.
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

/**
 * What a handler returns: the next state, now or later, or nothing to keep the present one. The message is
 * complete when it settles: a Promise when it resolves, an Observable when it completes (its last value
 * counts). Until then the actor takes no other message.
 */
export type NextState<S> = S | undefined | void | Promise<S | undefined | void> | Observable<S>;

/**
 * Handles one message. `state` is never changed behind its back: one message at a time, run to completion.
 */
export type Receive<S, M, R = null> = (state: S, message: M, context: ActorContext<M, R>) => NextState<S>;

/** What an actor is told outside its messages. */
export type ActorSignal =
  /** It failed and is about to be set up anew; `cause` is the failure. Release what the old state holds. */
  | { readonly type: 'pre-restart'; readonly cause: unknown }
  /** Its last moment; its children have ended. */
  | { readonly type: 'stopped' }
  /**
   * An actor it watches has ended; `cause` is the failure that ended it, undefined when it was asked to stop.
   */
  | { readonly type: 'terminated'; readonly ref: AnyActorRef; readonly cause: unknown };

/** What an actor does. Nothing in it belongs to one actor, so it may be spawned many times. */
export interface Behaviour<S, M, R = null> {
  /** Makes the state: when the actor starts, and anew at each restart. */
  initial(context: ActorContext<M, R>): S | Promise<S>;
  receive(state: S, message: M, context: ActorContext<M, R>): NextState<S>;
  /** Hears signals. Without it an actor that watches another ends with ERR_DEATH_PACT when that one does. */
  onSignal?(state: S, signal: ActorSignal, context: ActorContext<M, R>): NextState<S>;
  readonly contracts?: ReadonlyMap<string, ActorContract>;
}

/**
 * A behaviour with state. The same parts can be given to `spawn` as a plain object; this spares the type
 * annotations.
 *
 * @example
 * const counter = behaviour({
 *   initial: () => 0,
 *   receive: (count, step: number, context: ActorContext<number, number>) => {
 *     context.reply(count + step);
 *     return count + step;
 *   },
 * });
 * const ref = system.spawn('counter', counter);
 * await ref.ask(2); // 2
 */
export function behaviour<S, M, R = null>(parts: Behaviour<S, M, R>): Behaviour<S, M, R> {
  return parts;
}
