import type { Observable } from 'rxjs';
import type { ActorContext } from './ActorContext';
import type { ActorContract } from './ActorContract';
import type { AnyActorRef } from './ActorRef';

/**
 * What a handler returns: the next state, now or later, or nothing to keep the present one. The message is complete when it settles: a
 * Promise when it resolves, an Observable when it completes (its last value counts). Until then the actor takes no other message.
 */
export type NextState<S> = S | undefined | void | Promise<S | undefined | void> | Observable<S>;

/** Handles one message. `state` is never changed behind its back: one message at a time, run to completion. */
export type Receive<S, M, R = null> = (state: S, message: M, context: ActorContext<M, R>) => NextState<S>;

/** What an actor is told outside its messages. */
export type ActorSignal =
  /** It failed and is about to be set up anew; `cause` is the failure. Release what the old state holds. */
  | { readonly type: 'pre-restart'; readonly cause: unknown }
  /** Its last moment; its children have ended. */
  | { readonly type: 'stopped' }
  /** An actor it watches has ended; `cause` is the failure that ended it, undefined when it was asked to stop. */
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
 * A behaviour with state. The same parts can be given to `spawn` as a plain object; this spares the type annotations.
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
