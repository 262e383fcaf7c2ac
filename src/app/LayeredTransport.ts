import { BadOption } from '../errors/setUp';
import type { ClientConfig } from '../config/types/ClientConfig';
import type { HostConfig } from '../config/types/HostConfig';
import type { Link } from '../streams/transport/Link';
import type { Listener, Transport } from '../streams/transport/Transport';

/**
 * The transport of an app, around which a layer can be put for as long as nothing was opened through it: so a recorder gets in front of
 * hosts and clients that exist already. Found by the app, not through it, since it is no business of users.
 */
export class LayeredTransport implements Transport {
  static readonly #ofApp = new WeakMap<object, LayeredTransport>();

  #transport: Transport;
  #used = false;

  constructor(app: object, transport: Transport) {
    this.#transport = transport;
    LayeredTransport.#ofApp.set(app, this);
  }

  /** The transport of an app. Throws BadOption (ERR_BAD_OPTION) for anything else. */
  static of(app: object): LayeredTransport {
    const own = LayeredTransport.#ofApp.get(app);
    if (own === undefined) throw new BadOption('expected an app made by createApp of this copy of rxcomet');
    return own;
  }

  /** Throws BadOption (ERR_BAD_OPTION) once anything was opened. */
  checkUnused(): void {
    if (this.#used) throw new BadOption('the app has opened connections already; do this before app.start()');
  }

  /** Puts a layer around what there is. Throws BadOption (ERR_BAD_OPTION) once anything was opened. */
  wrap(layer: (transport: Transport) => Transport): void {
    this.checkUnused();
    this.#transport = layer(this.#transport);
  }

  listen(host: HostConfig, onLink: (link: Link) => void, onError: (error: Error) => void): Promise<Listener> {
    this.#used = true;
    return this.#transport.listen(host, onLink, onError);
  }

  connect(client: ClientConfig, signal: AbortSignal): Promise<Link> {
    this.#used = true;
    return this.#transport.connect(client, signal);
  }
}
