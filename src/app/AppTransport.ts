import { BadOption } from '../errors/setUp';
import type { ClientConfig } from '../config/types/ClientConfig';
import type { HostConfig } from '../config/types/HostConfig';
import type { Link } from '../streams/transport/Link';
import type { Listener, Transport } from '../streams/transport/Transport';
import { WatchedLink } from '../streams/transport/WatchedLink';

/**
 * Called for a link of an app; `client` is the name of the client that opened it, undefined for one that a
 * host accepted.
 */
export type LinkObserver = (link: WatchedLink, client: string | undefined, wasOpen: boolean) => void;

/**
 * The transport of an app, whose links can be watched from any moment on: so a recorder gets in front of
 * hosts and clients that exist already. Found by the app, not through it, because users have no use for it.
 */
export class AppTransport implements Transport {
  static readonly #ofApp = new WeakMap<object, AppTransport>();

  readonly #transport: Transport;
  /** Open links with the name of their client. */
  readonly #links = new Map<WatchedLink, string | undefined>();
  readonly #observers = new Set<LinkObserver>();

  constructor(app: object, transport: Transport) {
    this.#transport = transport;
    AppTransport.#ofApp.set(app, this);
  }

  /** The transport of an app. Throws BadOption (ERR_BAD_OPTION) for anything else. */
  static of(app: object): AppTransport {
    const own = AppTransport.#ofApp.get(app);
    if (own === undefined) throw new BadOption('expected an app made by createApp of this copy of rxcomet');
    return own;
  }

  /**
   * Calls back for each link that is open, and for each that is opened from now on before anything passes;
   * the function given back ends that.
   */
  observe(observer: LinkObserver): () => void {
    this.#observers.add(observer);
    for (const [link, client] of this.#links) observer(link, client, true);
    return () => void this.#observers.delete(observer);
  }

  listen(host: HostConfig, onLink: (link: Link) => void, onError: (error: Error) => void): Promise<Listener> {
    return this.#transport.listen(host, (link) => onLink(this.#add(link, undefined)), onError);
  }

  async connect(client: ClientConfig, signal: AbortSignal): Promise<Link> {
    return this.#add(await this.#transport.connect(client, signal), client.name);
  }

  #add(inner: Link, client: string | undefined): WatchedLink {
    const link = new WatchedLink(inner, this.#onClosed);
    this.#links.set(link, client);
    for (const observer of this.#observers) observer(link, client, false);
    return link;
  }

  readonly #onClosed = (link: WatchedLink): void => {
    this.#links.delete(link);
  };
}
