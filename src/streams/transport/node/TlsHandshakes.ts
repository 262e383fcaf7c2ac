import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../../../runtime/Clock';
import { formatEndpoint, plainIp } from '../../../runtime/endpoint';

/** What TlsHandshakes works with. */
interface TlsHandshakesOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** How many may be unfinished; the oldest is dropped for one more. */
  readonly room: () => number;
  /** Hears of each handshake that failed or was not finished within `timeoutMs`. */
  readonly onFailed: (error: Error, peer: string) => void;
  /** Hears of each peer that was dropped for another. */
  readonly onCrowded: (peer: string) => void;
}

interface Handshake {
  readonly socket: Socket;
  readonly timer: unknown;
}

/**
 * The connections of a TLS host whose handshake is not finished. Each has a deadline (Node's own starts anew
 * with every byte, so that one byte a second would hold a connection), and its peer is kept, which Node has
 * often forgotten when it reports a failure.
 */
export class TlsHandshakes {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #room: () => number;
  readonly #onFailed: (error: Error, peer: string) => void;
  readonly #onCrowded: (peer: string) => void;
  /** By peer, which is all that Node's connection and its TLS socket have in common. */
  readonly #running = new Map<string, Handshake>();
  /** The peer whose connection closed last in the middle of its handshake. */
  #lastClosed = '';

  constructor({ clock, timeoutMs, room, onFailed, onCrowded }: TlsHandshakesOptions) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#room = room;
    this.#onFailed = onFailed;
    this.#onCrowded = onCrowded;
  }

  /** A connection was accepted. */
  begin(socket: Socket): void {
    const peer = peerOf(socket);
    if (peer === '') {
      // Reset before it was accepted.
      socket.destroy();
      return;
    }
    const timer = this.#clock.setTimeout(() => {
      this.#running.delete(peer);
      socket.destroy();
      this.#onFailed(withCode('ERR_TLS_HANDSHAKE_TIMEOUT'), peer);
    }, this.#timeoutMs);
    const [oldest] = this.#running;
    if (oldest !== undefined && this.#running.size >= this.#room()) {
      const [other, handshake] = oldest;
      this.#forget(other);
      handshake.socket.destroy();
      this.#onCrowded(other);
    }
    this.#running.set(peer, { socket, timer });
    socket.once('close', () => {
      if (this.#running.get(peer)?.socket !== socket) return;
      this.#forget(peer);
      this.#lastClosed = peer;
    });
  }

  /** The handshake of this connection is done. */
  finish(secure: TLSSocket): void {
    this.#forget(peerOf(secure));
  }

  /** Node reports that the handshake of this connection failed. */
  fail(secure: TLSSocket, error: Error): void {
    const known = peerOf(secure);
    // A TLS socket that is gone has no peer any more; then the report comes from within `close` of the
    // connection below it.
    const peer = known !== '' ? known : this.#lastClosed;
    const isOurs = known === '' ? peer !== '' : this.#running.has(peer);
    this.#lastClosed = '';
    this.#forget(peer);
    const verdict = verdictOn(secure);
    secure.destroy();
    // Otherwise it was told at its deadline, or dropped by `stop`.
    if (isOurs) this.#onFailed(verdict ?? error, peer);
  }

  /** Drops all that are not finished, silently. */
  stop(): void {
    for (const [peer, { socket }] of this.#running) {
      this.#forget(peer);
      socket.destroy();
    }
  }

  #forget(peer: string): void {
    this.#clock.clearTimeout(this.#running.get(peer)?.timer);
    this.#running.delete(peer);
  }
}

function peerOf(socket: Socket): string {
  const { remoteAddress, remotePort } = socket;
  return remoteAddress === undefined ? '' : formatEndpoint(plainIp(remoteAddress), remotePort ?? 0);
}

/**
 * Why the certificate of a client was refused, when it was; Node itself reports only that the connection is
 * gone.
 */
function verdictOn(secure: TLSSocket): Error | undefined {
  // Declared an Error; in fact the code as a string, or null.
  const verdict: unknown = secure.authorizationError;
  return typeof verdict === 'string' ? withCode(verdict) : undefined;
}

function withCode(code: string): Error {
  return Object.assign(new Error(code), { code });
}
