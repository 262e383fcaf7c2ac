import { formatEndpoint } from '../../runtime/endpoint';
import type { ActorSystem, SystemActor } from '../../actors/ActorSystem';
import type { ConnectionEvent } from '../../streams/messages/ConnectionEvent';
import type { Host } from '../../streams/host/Host';
import type { Peer } from '../../streams/client/Peer';

/**
 * Hosts, clients and kept connections as system actors: `/system/host/IP:PORT`, below it each kept connection
 * by its peer, and `/system/client/NAME`. A one-shot connection lives for one message and is only counted.
 */
export class ConnectionActors {
  readonly #system: ActorSystem;
  readonly #byPath = new Map<string, SystemActor>();

  constructor(system: ActorSystem) {
    this.#system = system;
  }

  addHost(host: Host): void {
    const { address } = host;
    if (address === undefined) return;
    this.#add(`host/${segment(formatEndpoint(address.ip, address.port))}`, {
      get connections() {
        return host.connections;
      },
      get unfinished() {
        return host.unfinished;
      },
    });
  }

  addClient(peer: Peer): void {
    const actor = this.#add(`client/${segment(encodeURIComponent(peer.name))}`, { kind: 'idle' });
    peer.state$.subscribe((state) => actor.update(state));
  }

  follow({ kind, side, name, peer, dialect }: ConnectionEvent): void {
    if (side !== 'host' || dialect !== 'native') return;
    const path = `host/${segment(name)}/${segment(peer)}`;
    if (kind === 'dialect') this.#add(path, { dialect });
    else if (kind === 'close') {
      this.#byPath.get(path)?.remove();
      this.#byPath.delete(path);
    }
  }

  #add(path: string, state: unknown): SystemActor {
    const actor = this.#system.register(path, state);
    this.#byPath.set(path, actor);
    return actor;
  }
}

/** Characters a path of the system takes. */
function segment(name: string): string {
  return name.replace(/[^A-Za-z0-9_.~:[\]%-]/g, '_');
}
