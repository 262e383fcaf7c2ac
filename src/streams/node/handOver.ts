import type { Socket } from 'node:net';
import type { Link } from '../Link';
import { SocketLink } from './SocketLink';

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
