import type { Observable } from 'rxjs';
import type { Clock } from '../runtime/Clock';
import type { Logger } from '../runtime/Logger';
import type { ActorRef, AnyActorRef } from './ActorRef';
import type { Spawner } from './Spawner';

/**
 * What a handler can do besides returning the next state. Each message has its own context: a reply given after the message was
 * complete can never reach somebody else's ask, it becomes a dead letter. Everything but `reply`, `fail`, `unhandled`, `stash` and
 * `signal` may also be used later, from a callback.
 */
export interface ActorContext<in out M, in out R = null> extends Spawner {
  readonly self: ActorRef<M, R>;
  /** The system's clock; timers and timeouts run on it. */
  readonly clock: Clock;
  /** The system's logger; each line carries the path of the actor. */
  readonly log: Logger;
  /**
   * Aborts when this message is given up: stop, restart of the group, timeout or cancel of the ask, an interrupting message. In
   * `initial` it lives as long as what was set up: until restart or stop.
   */
  readonly signal: AbortSignal;
  /** Those alive or still stopping. */
  readonly children: readonly AnyActorRef[];
  readonly timers: ActorTimers<M>;
  /** Answers this message; call it several times for a stream of replies. Nobody hears it when the message was a `tell`. */
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
   * Work in the background while the actor takes other messages: each result comes back as a message, waiting for room if need be. A
   * failure becomes the message of `toFailure`; without it, or when a function given throws, it is a failure of the actor.
   */
  pipeToSelf<T>(
    work: PromiseLike<T> | Observable<T>,
    toMessage: (result: T) => M,
    toFailure?: (error: unknown) => M,
  ): void;
}

/** Messages an actor sends itself later. All end at restart and stop; a cancelled one never arrives, even if it waits in the mailbox. */
export interface ActorTimers<in M> {
  /** Sends once after `delayMs`; replaces the timer of that key. */
  startOnce(key: string, message: M, delayMs: number): void;
  /** Sends every `intervalMs`, the first after one interval; a tick is left out while the previous one waits in the mailbox. */
  startPeriodic(key: string, message: M, intervalMs: number): void;
  cancel(key: string): void;
  cancelAll(): void;
  isActive(key: string): boolean;
}
