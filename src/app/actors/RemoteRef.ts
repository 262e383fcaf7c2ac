import { filter, map, take, type Observable } from 'rxjs';
import type { ActorRef, AskOptions, OfferOptions, Termination } from '../../actors/ActorRef';
import type { ConnectionEvent } from '../../streams/messages/ConnectionEvent';
import type { Peer } from '../../streams/client/Peer';
import type { SendOptions } from '../../streams/client/arguments';

/**
 * An action of a client as an actor: `tell` is a detached send, `ask` an awaited one. Watching it: terminated
 * means that the kept connection to the peer was lost; messages still can be sent, and open a new one.
 */
export class RemoteRef implements ActorRef<unknown, unknown> {
  readonly path: string;
  readonly contracts = undefined;
  readonly terminated$: Observable<Termination>;
  readonly #peer: Peer;
  readonly #action: string;

  constructor(peer: Peer, action: string, connections$: Observable<ConnectionEvent>) {
    this.#peer = peer;
    this.#action = action;
    this.path = `/remote/${encodeURIComponent(peer.name)}/${encodeURIComponent(action)}`;
    this.terminated$ = connections$.pipe(
      // A legacy peer's connection ends with each message; only a native one's end says anything.
      filter(({ kind, side, name, dialect }) => {
        return kind === 'close' && side === 'client' && name === peer.name && dialect === 'native';
      }),
      take(1),
      map(() => ({ path: this.path, cause: undefined })),
    );
  }

  /** Always taken: a failure reaches `app.failures$`. */
  tell(message: unknown): boolean {
    this.#peer.tell(this.#action, message);
    return true;
  }

  async offer(message: unknown, { signal }: OfferOptions = {}): Promise<void> {
    await this.#peer.drained();
    this.#peer.tell(this.#action, message, signal === undefined ? {} : { signal });
  }

  ask(message: unknown, options: AskOptions = {}): Promise<unknown> {
    return this.#peer.ask(this.#action, message, sendOptions(options));
  }

  send(message: unknown, options: AskOptions = {}): Observable<unknown> {
    return this.#peer.send(this.#action, message, sendOptions(options));
  }
}

function sendOptions({ timeoutMs, signal, priority }: AskOptions): SendOptions {
  return {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(signal === undefined ? {} : { signal }),
    ...(priority === undefined || priority === 'normal' ? {} : { urgent: true }),
  };
}
