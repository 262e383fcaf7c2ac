import type { IncomingMessage, ServerResponse } from 'node:http';
import { ProtocolViolation, TooManyConnections, WriteTimeout } from '../../errors/connections';
import type { RxcometError } from '../../errors/RxcometError';
import type { Clock } from '../../runtime/Clock';
import { formatEndpoint } from '../../runtime/endpoint';

type Socket = IncomingMessage['socket'];

const MAX_CONNECTIONS = 32;
/** From a request to the last byte of its answer. */
const ANSWER_MS = 10_000;
/** A connection of this age without an answer has to go when a place is wanted. */
const OLD_MS = 1000;

/**
 * The connections of a metrics endpoint. Each has one request at a time, whose answer it has to read in time,
 * so that a scraper that sends and does not read costs one page and one place; and the place only until
 * another scraper wants it.
 */
export class Scrapers {
  readonly #clock: Clock;
  readonly #report: (error: RxcometError) => void;
  /** When each came, or had its last answer; the oldest first. */
  readonly #since = new Map<Socket, number>();
  readonly #answering = new Set<Socket>();

  /** `report` is told of connections that are cut off. */
  constructor(clock: Clock, report: (error: RxcometError) => void) {
    this.#clock = clock;
    this.#report = report;
  }

  /** A scraper connected. */
  add(socket: Socket): void {
    const [oldest] = this.#since;
    if (this.#since.size >= MAX_CONNECTIONS && oldest !== undefined) {
      const [other, since] = oldest;
      const cut = this.#clock.now() - since < OLD_MS ? socket : other;
      const text = `Metrics takes ${MAX_CONNECTIONS} scrapers at once, the one without an answer for longest has to go`;
      this.#cut(cut, (peer) => new TooManyConnections(text, { peer }));
      if (cut === socket) return;
    }
    this.#since.set(socket, this.#clock.now());
    socket.once('close', () => this.#since.delete(socket));
  }

  /** False: the request is not to be answered, and its connection is gone. */
  begin(socket: Socket, response: ServerResponse): boolean {
    if (socket.destroyed) return false;
    if (this.#answering.has(socket)) {
      const text = 'a scraper sends requests without waiting for answers, which Metrics does not take';
      this.#cut(socket, (peer) => new ProtocolViolation(text, { peer }));
      return false;
    }
    this.#answering.add(socket);
    const timer = this.#clock.setTimeout(() => {
      const text = `the scraper did not read its answer within ${ANSWER_MS} ms`;
      this.#cut(socket, (peer) => new WriteTimeout(text, { peer }));
    }, ANSWER_MS);
    response.once('close', () => {
      this.#clock.clearTimeout(timer);
      this.#answering.delete(socket);
      // Behind all that have had no answer since.
      if (this.#since.delete(socket) && !socket.destroyed) this.#since.set(socket, this.#clock.now());
    });
    return true;
  }

  #cut(socket: Socket, errorFor: (peer: string) => RxcometError): void {
    const { remoteAddress = '', remotePort = 0 } = socket;
    this.#since.delete(socket);
    socket.destroy();
    this.#report(errorFor(formatEndpoint(remoteAddress, remotePort)));
  }
}
