import type { ActorRef } from '../../actors/ActorRef';
import type { ActorSystem } from '../../actors/ActorSystem';

/** The actor system of an app: an ActorSystem that also reaches the actions of peers. */
export interface AppActors extends ActorSystem {
  /**
   * An action of a client as an actor: its `tell` is a detached send, its `ask` an awaited one. Watching it:
   * terminated means that the kept connection was lost.
   *
   * @throws UnknownClient (ERR_UNKNOWN_CLIENT)
   * @example
   * const bot = app.actors.remote('Telegram', 'TelegramBot');
   * const answer = await bot.ask({ '1': 'ping' });
   */
  remote(client: string, action: string): ActorRef<unknown, unknown>;
}
