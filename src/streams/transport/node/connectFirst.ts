import { isIPv6, type Socket } from 'node:net';
import type { Clock } from '../../../runtime/Clock';

/** The lead of one attempt before the next address is tried beside it (RFC 8305). */
const LEAD_MS = 250;

/** What `connectFirst` works with. */
export interface ConnectFirstOptions {
  readonly clock: Clock;
  /** Begins an attempt. */
  readonly open: (address: string) => Socket;
  /**
   * Called once, within the `connect` event of the socket that was first; no listeners of ours are on it any
   * more.
   */
  readonly connected: (socket: Socket) => void;
  /** Called once when every address has failed: with the error of the only one, or an AggregateError. */
  readonly failed: (error: Error) => void;
}

/**
 * Connects to the first of several addresses that answers. The next one is tried 250 ms after the one before,
 * or at once when that one failed; IPv6 and IPv4 alternate. No attempt is given up for being slow: the caller
 * has the deadline.
 *
 * Node's own way (`autoSelectFamily`) drops every attempt but the last after 250 ms, so that a name with two
 * addresses cannot be reached where connecting takes longer.
 *
 * @returns drops all attempts in silence
 */
export function connectFirst(
  addresses: readonly string[],
  { clock, open, connected, failed }: ConnectFirstOptions,
): () => void {
  const waiting = alternate(addresses);
  /** Attempts under way, each with what takes our listeners off. */
  const running = new Map<Socket, () => void>();
  const errors: Error[] = [];
  let timer: unknown;

  const cancel = (): void => {
    clock.clearTimeout(timer);
    waiting.length = 0;
    for (const [socket, release] of running) {
      release();
      dropSocket(socket);
    }
    running.clear();
  };
  const next = (): void => {
    clock.clearTimeout(timer);
    const address = waiting.shift();
    if (address === undefined) return;
    const socket = open(address);
    const onConnect = (): void => {
      release();
      running.delete(socket);
      cancel();
      connected(socket);
    };
    const onError = (error: Error): void => {
      release();
      running.delete(socket);
      dropSocket(socket);
      errors.push(error);
      next();
      if (running.size === 0) failed(errors.length > 1 ? new AggregateError(errors) : error);
    };
    const release = (): void => {
      socket.off('connect', onConnect);
      socket.off('error', onError);
    };
    running.set(socket, release);
    socket.on('connect', onConnect);
    socket.on('error', onError);
    if (waiting.length > 0) timer = clock.setTimeout(next, LEAD_MS);
  };

  next();
  return cancel;
}

/**
 * Drops a socket that nobody wants; until it is closed it may report errors, and one that nobody hears ends
 * the process.
 */
export function dropSocket(socket: Socket): void {
  socket.on('error', ignore);
  socket.once('close', () => socket.off('error', ignore));
  socket.destroy();
}

/** Each once: a family in turn, beginning with that of the first, each in its own order. */
function alternate(addresses: readonly string[]): string[] {
  const unique = [...new Set(addresses)];
  const likeFirst = (address: string): boolean => isIPv6(address) === isIPv6(unique[0] ?? '');
  const first = unique.filter(likeFirst);
  const second = unique.filter((address) => !likeFirst(address));
  return Array.from({ length: unique.length }, (_, index) => [first[index], second[index]])
    .flat()
    .filter((address) => address !== undefined);
}

function ignore(): void {
  // An attempt that was given up has told its reason already.
}
