import { type Server, type Socket, createServer } from 'node:net';
import type { Link } from '../Link';
import { SocketLink } from './SocketLink';
import type { HostConfig } from '../../../config/types/HostConfig';
import { AcceptFailed } from '../../../errors/setUp';
import type { Listener } from '../Transport';
import { errorCode, toListenFailed } from '../failures';
import { formatEndpoint } from '../../../runtime/endpoint';

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
    onError(error instanceof Error ? error : new Error(String(error), { cause: error }));
  }
}

// Kept at load, so that a spec with fake timers can still stop a host.
const nextTurn = setImmediate;

/**
 * Lets a server listen on the address of a host. `::` takes IPv4 peers too, as most programs do; a host name stands for the first address
 * the system knows for it. Rejects with ListenFailed; later errors of the server go to `onError` as AcceptFailed and it listens on.
 */
export function openListener(
  server: Server,
  host: HostConfig,
  onError: (error: Error) => void,
): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const onFailed = (error: Error): void => reject(toListenFailed(error, host.ip, host.port));
    server.on('error', onFailed);
    server.listen({ host: host.ip, port: host.port }, () => {
      server.off('error', onFailed);
      const bound = server.address();
      const ip = typeof bound === 'object' && bound !== null ? bound.address : host.ip;
      const port = typeof bound === 'object' && bound !== null ? bound.port : host.port;
      server.on('error', (error) => onError(toAcceptFailed(error, formatEndpoint(ip, port))));

      let closing: Promise<void> | undefined;
      resolve({ ip, port, close: () => (closing ??= closeServer(server)) });
    });
  });
}

/**
 * Node calls a server closed when its last connection is; here the open ones stay, so only the end of the listening socket is awaited: its
 * handle goes in the closing phase of this turn of the event loop, and an immediate set by an immediate runs after that.
 */
function closeServer(server: Server): Promise<void> {
  server.close();
  return new Promise((resolve) => nextTurn(() => nextTurn(resolve)));
}

function toAcceptFailed(cause: Error, where: string): AcceptFailed {
  const code = errorCode(cause);
  const reason =
    code === 'EMFILE' || code === 'ENFILE'
      ? `too many open files (${code}); raise the limit of the system (ulimit -n) or lower Host.Limits.Max_connections`
      : cause.message;
  return new AcceptFailed(`${where} could not accept a connection: ${reason}`, { cause });
}

/** Listens for plain TCP; see Transport.listen. */
export function listenTcp(
  host: HostConfig,
  onLink: (link: Link) => void,
  onError: (error: Error) => void,
): Promise<Listener> {
  // A peer may end its direction right after the request and still wants the answer (protocol 1.3).
  const server = createServer({ allowHalfOpen: true }, (socket) => handOver(socket, onLink, onError));
  return openListener(server, host, onError);
}
