import { createServer } from 'node:net';
import type { HostConfig } from '../../config/HostConfig';
import type { Link } from '../Link';
import type { Listener } from '../Transport';
import { handOver } from './handOver';
import { openListener } from './openListener';

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
