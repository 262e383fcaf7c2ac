import { UnknownAction } from '../errors/handling';
import type { ActorContext, ActorSignal, Behaviour, NextState } from './behaviour';
import type { ActorContract } from './ActorRef';

/** A message of an actor made by `fromContracts`. `value` is of the contract's type, not of the wire's. */
export interface ActionMessage<V = unknown> {
  readonly action: string;
  readonly value: V;
}

/**
 * A behaviour that grows by one action at a time. Each step is a behaviour of its own; nothing is changed in
 * place.
 */
export interface ContractBehaviour<S, M, R> extends Behaviour<S, M, R> {
  readonly contracts: ReadonlyMap<string, ActorContract>;
  /** Handles an action. A later one for the same action replaces it. */
  on<V, A>(
    contract: ActorContract<V, A>,
    receive: (state: S, value: V, context: ActorContext<M | ActionMessage<V>, A>) => NextState<S>,
  ): ContractBehaviour<S, M | ActionMessage<V>, R | A>;
  /** Hears signals. */
  onSignals(
    onSignal: (state: S, signal: ActorSignal, context: ActorContext<M, R>) => NextState<S>,
  ): ContractBehaviour<S, M, R>;
}

/** How one action is handled, its types checked by its contract only. */
interface Handler<S> {
  readonly contract: ActorContract;
  readonly receive: (state: S, value: unknown, context: ActorContext<never, unknown>) => NextState<S>;
}

/**
 * A behaviour from contracts (`defineAction`): values and replies are typed and checked by the same contract
 * as on the socket. The actor takes `{ action, value }`. A value that does not fit fails its ask with
 * ERR_BAD_VALUE, an action nobody handles with ERR_UNKNOWN_ACTION (and an `unhandled` event); neither is a
 * failure of the actor. A reply that does not fit is one.
 *
 * @example
 * const Move = defineAction('Move', { value: t.number, ack: t.number });
 * const stage = system.spawn('stage', fromContracts(() => ({ at: 0 })).on(Move, (state, to, context) => {
 *   context.reply(to);
 *   return { at: to };
 * }));
 * await stage.ask({ action: 'Move', value: 12 }); // 12
 */
export function fromContracts<S>(initial: () => S | Promise<S>): ContractBehaviour<S, never, never> {
  return build<S, never, never>(initial, new Map(), undefined);
}

function build<S, M, R>(
  initial: () => S | Promise<S>,
  handlers: ReadonlyMap<string, Handler<S>>,
  onSignal: Behaviour<S, M, R>['onSignal'],
): ContractBehaviour<S, M, R> {
  return {
    initial,
    contracts: new Map([...handlers].map(([action, { contract }]) => [action, contract])),
    receive(state, message, context) {
      const { action, value } = message as ActionMessage;
      const handler = handlers.get(action);
      if (handler === undefined) {
        context.unhandled();
        context.fail(new UnknownAction(`no handler for "${action}"`, { action, peer: '' }));
        return undefined;
      }
      try {
        handler.contract.encodeValue(value);
      } catch (error) {
        context.fail(error);
        return undefined;
      }
      // Replies are checked by the context, which knows the contracts of its actor.
      return handler.receive(state, value, context as unknown as ActorContext<never, unknown>);
    },
    on(contract, receive) {
      const handler = { contract, receive } as unknown as Handler<S>;
      return build(initial, new Map([...handlers, [contract.action, handler]]), onSignal as never);
    },
    onSignals: (listener) => build(initial, handlers, listener),
    ...(onSignal === undefined ? {} : { onSignal }),
  };
}
