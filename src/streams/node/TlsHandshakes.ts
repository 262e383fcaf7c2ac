import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../../runtime/Clock';
import { formatEndpoint } from './formatEndpoint';
import { plainIp } from './plainIp';

interface Handshake {
  readonly socket: Socket;
  readonly peer: string;
  readonly timer: unknown;
}

/**
 * The connections of a TLS host whose handshake is not finished. Each has a deadline (Node's own starts anew with every byte, so that one
 * byte a second would hold a connection), and its peer is kept, which Node has often forgotten when it reports a failure.
 */
export class TlsHandshakes {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #onFailed: (error: Error, peer: string) => void;
  readonly #running = new Map<string, Handshake>();
  /** The peer whose socket closed last in the middle of its handshake. */
  #lastClosed = '';

  /** `onFailed` hears of each handshake that failed or was not finished within `timeoutMs`. */
  constructor(clock: Clock, timeoutMs: number, onFailed: (error: Error, peer: string) => void) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#onFailed = onFailed;
  }

  /** A connection was accepted. */
  begin(socket: Socket): void {
    if (socket.remoteAddress === undefined) {
      // Reset before it was accepted.
      socket.destroy();
      return;
    }
    const endpoint = endpointOf(socket);
    const peer = formatEndpoint(plainIp(socket.remoteAddress), socket.remotePort ?? 0);
    const timer = this.#clock.setTimeout(() => {
      this.#forget(endpoint);
      socket.destroy();
      this.#onFailed(
        withCode('ERR_TLS_HANDSHAKE_TIMEOUT', `not finished within ${this.#timeoutMs} ms`),
        peer,
      );
    }, this.#timeoutMs);
    const handshake: Handshake = { socket, peer, timer };
    this.#running.set(endpoint, handshake);
    socket.once('close', () => {
      if (this.#running.get(endpoint) !== handshake) return;
      this.#forget(endpoint);
      this.#lastClosed = peer;
    });
  }

  /** The handshake of this connection is done. */
  finish(secure: TLSSocket): void {
    this.#forget(endpointOf(secure));
  }

  /** Node reports that the handshake of this connection failed. */
  fail(secure: TLSSocket, error: Error): void {
    // A socket that is gone has no address any more; its report comes from within the `close` of the connection below it.
    const peer =
      secure.remoteAddress === undefined ? this.#lastClosed : this.#running.get(endpointOf(secure))?.peer;
    this.#lastClosed = '';
    if (secure.remoteAddress !== undefined) this.#forget(endpointOf(secure));
    const verdict = verdictOn(secure);
    secure.destroy();
    // Not a running one: it was reported at its deadline, or dropped by `stop`.
    if (peer !== undefined && peer !== '') this.#onFailed(verdict ?? error, peer);
  }

  /** Drops all that are not finished, silently. */
  stop(): void {
    for (const [endpoint, { socket }] of this.#running) {
      this.#forget(endpoint);
      socket.destroy();
    }
  }

  #forget(endpoint: string): void {
    this.#clock.clearTimeout(this.#running.get(endpoint)?.timer);
    this.#running.delete(endpoint);
  }
}

/** Names a connection among all those of one listening socket. */
function endpointOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress}`;
}

/** Why the certificate of a client was refused, when it was; Node itself reports only that the connection is gone. */
function verdictOn(secure: TLSSocket): Error | undefined {
  // Declared an Error; in fact the code as a string, or null.
  const verdict: unknown = secure.authorizationError;
  return typeof verdict === 'string' ? withCode(verdict, verdict) : undefined;
}

function withCode(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
