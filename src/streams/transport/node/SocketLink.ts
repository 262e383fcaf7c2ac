import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Link, LinkEvents } from '../Link';
import { formatEndpoint, plainIp } from '../../../runtime/endpoint';
import { nextMicrotask } from '../../../runtime/turns';

/** Probes of the system after so long without traffic, so that a machine that vanished is noticed at all. */
const KEEP_ALIVE_MS = 60_000;

/**
 * Unsent bytes from which the other side counts as behind. Less would stop and start reading for every large
 * frame (measured: 15 % of CPU).
 */
const HIGH_WATER_BYTES = 256 * 1024;

/**
 * A connected TCP or TLS socket as a link. From the second write on Nagle's delay is off and keep-alive is on
 * (60 s): the first write is not delayed anyway, and a one-shot peer, which writes once, saves two calls of
 * the system.
 *
 * The socket must be connected and made with `allowHalfOpen`. It belongs to the link from then on: the link
 * holds an `error` listener on it until `close`, then takes exactly its own listeners off. `close` gets the
 * error of the socket, through `explain`, or undefined when both directions ended or `destroy` was called.
 * What is written after `end` or `destroy` is dropped and `write` returns false.
 */
export class SocketLink implements Link {
  readonly peer: string;
  readonly peerIp: string;
  readonly #socket: Socket;
  readonly #explain: (error: Error, peer: string) => Error;
  /**
   * Set until the first data: says of an end whether the peer refused the connection before it took anything.
   */
  #refusal: ((error: Error | undefined) => Error | undefined) | undefined;
  #events: LinkEvents | undefined;
  #failure: Error | undefined;
  #closed = false;
  #writes = 0;

  constructor(
    socket: Socket,
    explain: (error: Error, peer: string) => Error = (error) => error,
    refusal?: (error: Error | undefined) => Error | undefined,
  ) {
    this.#socket = socket;
    this.#explain = explain;
    this.#refusal = refusal;
    // Kept here: a socket forgets its peer when it is destroyed.
    this.peerIp = plainIp(socket.remoteAddress ?? '');
    this.peer = formatEndpoint(this.peerIp, socket.remotePort ?? 0);
    socket.on('error', this.#onError);
    socket.on('close', this.#onClose);
  }

  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  open(events: LinkEvents): void {
    this.#events = events;
    if (this.#closed) {
      nextMicrotask(() => events.close(this.#failure));
      return;
    }
    this.#socket.on('end', this.#onEnd);
    this.#socket.on('drain', this.#onDrain);
    this.#socket.on('data', this.#onData);
  }

  write(bytes: Uint8Array): boolean {
    const socket = this.#socket;
    this.#writes += 1;
    if (this.#writes === 2) {
      socket.setNoDelay(true);
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
    }
    // A socket says false to any write above 16 KiB, also when the system took it all at once.
    return socket.writable && (socket.write(bytes) || socket.writableLength < HIGH_WATER_BYTES);
  }

  end(): void {
    if (this.#socket.writable) this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  reset(): void {
    const socket = this.#socket;
    const ending = socket.writableEnded && !socket.writableFinished;
    // Node cannot reset beneath TLS; and while a FIN waits for its turn the system refuses a reset (EINVAL),
    // and the socket would never close.
    if (socket.destroyed || ending || socket instanceof TLSSocket) socket.destroy();
    else socket.resetAndDestroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#refusal = undefined;
    this.#events?.data(chunk);
  };

  readonly #onEnd = (): void => {
    const refusal = this.#refusal?.(undefined);
    if (refusal === undefined) {
      this.#events?.end();
      return;
    }
    this.#failure ??= refusal;
    this.#socket.destroy();
  };

  readonly #onDrain = (): void => this.#events?.drain();

  readonly #onError = (error: Error): void => {
    this.#failure ??= this.#refusal?.(error) ?? this.#explain(error, this.peer);
    // A TLS socket may tell an alert of its peer as an error and stay open.
    this.#socket.destroy();
  };

  readonly #onClose = (): void => {
    this.#closed = true;
    const socket = this.#socket;
    socket.off('data', this.#onData);
    socket.off('end', this.#onEnd);
    socket.off('drain', this.#onDrain);
    socket.off('error', this.#onError);
    socket.off('close', this.#onClose);
    this.#events?.close(this.#failure);
  };
}
