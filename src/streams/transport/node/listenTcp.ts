import { limitName } from '../../../runtime/limitNames';
import { describeError, isInstance } from '../../../runtime/describeError';
import { type Server, type Socket, createServer } from 'node:net';
import type { Link } from '../Link';
import { SocketLink } from './SocketLink';
import type { HostConfig } from '../../../config/types/HostConfig';
import { AcceptFailed } from '../../../errors/setUp';
import type { Listener } from '../Transport';
import { errorCode, toListenFailed } from '../failures';
import { formatEndpoint } from '../../../runtime/endpoint';
import { type Bound, listenAtAll } from '../../../runtime/listenAtAll';
import type { LookUp } from '../../../runtime/lookUp';
import { nextTurn } from '../../../runtime/turns';

/** Gives an accepted socket to the host as a link. */
export function handOver(
  socket: Socket,
  onLink: (link: Link) => void,
  onError: (error: Error) => void,
  explain?: (error: Error, peer: string) => Error,
): void {
  const link = new SocketLink(socket, explain);
  // Reset before it was accepted: there is nobody left to name or to answer.
  if (link.peerIp === '') {
    link.destroy();
    return;
  }
  try {
    onLink(link);
  } catch (error) {
    // Thrown into the server's event it would end the process.
    link.destroy();
    onError(isInstance(error, Error) ? error : new Error(describeError(error), { cause: error }));
  }
}

/** One server of a host, at one address. */
export interface BoundServer<S extends Server> extends Bound {
  readonly server: S;
}

/** A listening host with its servers. */
export interface OpenListener<S extends Server> {
  readonly ip: string;
  readonly port: number;
  readonly close: () => Promise<void>;
  readonly servers: readonly S[];
}

/**
 * Lets servers listen on the address of a host: one, or for a name one at each of its addresses. `::` takes
 * IPv4 peers too, as most programs do. Rejects with ListenFailed; later errors of a server go to `onError` as
 * AcceptFailed and it listens on.
 */
export async function openListener<S extends Server>(
  create: () => S,
  { ip: name, port }: HostConfig,
  onError: (error: Error) => void,
  lookUp: LookUp,
): Promise<OpenListener<S>> {
  try {
    const bound = await listenAtAll(await lookUp(name), port, (ip, free) =>
      bind(create(), ip, free, onError),
    );
    let closing: Promise<void> | undefined;
    const close = async (): Promise<void> => void (await Promise.all(bound.map((one) => one.close())));
    return {
      ip: bound[0].ip,
      port: bound[0].port,
      close: () => (closing ??= close()),
      servers: bound.map(({ server }) => server),
    };
  } catch (error) {
    throw toListenFailed(error as Error, name, port);
  }
}

function bind<S extends Server>(
  server: S,
  host: string,
  free: number,
  onError: (error: Error) => void,
): Promise<BoundServer<S>> {
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen({ host, port: free }, () => {
      server.off('error', reject);
      const bound = server.address();
      const ip = typeof bound === 'object' && bound !== null ? bound.address : host;
      const port = typeof bound === 'object' && bound !== null ? bound.port : free;
      server.on('error', (error) => onError(toAcceptFailed(error, formatEndpoint(ip, port))));
      resolve({ server, ip, port, close: () => closeServer(server) });
    });
  });
}

/**
 * Node calls a server closed when its last connection is; here the open ones stay, so only the end of the
 * listening socket is awaited: its handle goes in the closing phase of this turn of the event loop, and an
 * immediate set by an immediate runs after that.
 */
function closeServer(server: Server): Promise<void> {
  server.close();
  return new Promise((resolve) => nextTurn(() => nextTurn(resolve)));
}

/** What a host tells that takes no connections, and what to change. */
export function toAcceptFailed(cause: Error, where: string): AcceptFailed {
  const code = errorCode(cause);
  const reason =
    code === 'EMFILE' || code === 'ENFILE'
      ? `too many open files (${code}); raise the limit of the system (ulimit -n) or lower ${limitName('maxConnections')}`
      : cause.message;
  return new AcceptFailed(`${where} could not accept a connection: ${reason}`, { cause });
}

/** Listens for plain TCP; see Transport.listen. */
export async function listenTcp(
  host: HostConfig,
  onLink: (link: Link) => void,
  onError: (error: Error) => void,
  lookUp: LookUp,
): Promise<Listener> {
  // A peer may end its direction right after the request and still wants the answer (protocol 1.3).
  const create = (): Server =>
    createServer({ allowHalfOpen: true }, (socket) => handOver(socket, onLink, onError));
  const { ip, port, close } = await openListener(create, host, onError, lookUp);
  return { ip, port, close };
}
