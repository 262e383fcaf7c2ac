import type { Clock } from '../../runtime/Clock';
import { escapeControls } from '../../runtime/names';
import type { Logger } from '../../runtime/Logger';
import type { ClientState } from '../../streams/client/ClientContext';
import type { ConnectionEvent } from '../../streams/messages/ConnectionEvent';

/** A peer that restarts is back sooner, and is not worth a line. */
const PATIENCE_MS = 10_000;

const NO_ANSWER =
  'it takes connections and ends them without an answer; is the program behind that address started?';

interface Outage {
  readonly since: number;
  told: boolean;
}

/**
 * Tells at level warn that a peer cannot be reached while messages wait for it, and that it is back: once for
 * each outage. Detached messages wait without an error, those of an outbox for ever, so that a wrong port
 * would never be heard of.
 */
export class UnreachableLog {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #waits: (client: string) => boolean;
  readonly #outages = new Map<string, Outage>();

  /**
   * `waits` tells whether an outbox holds messages for a client, which has no connection while the outbox
   * pauses.
   */
  constructor(clock: Clock, logger: Logger, waits: (client: string) => boolean) {
    this.#clock = clock;
    this.#logger = logger;
    this.#waits = waits;
  }

  /** A client came to another state. */
  follow(client: string, state: ClientState): void {
    switch (state.kind) {
      case 'connecting':
      case 'open':
        // Open says little: a port forward takes connections for a peer that is down.
        return;
      case 'backoff':
        this.#failed(client, state.reason);
        return;
      case 'idle':
        // Nothing waits any more; what was given up has been told.
        if (this.#outages.has(client) && !this.#waits(client)) this.#outages.delete(client);
        return;
      case 'closed':
        this.#outages.delete(client);
        return;
      default:
        return state satisfies never;
    }
  }

  /** A connection of a client showed by an answer how its peer speaks, or is gone. */
  connection({ kind, side, name, dialect }: ConnectionEvent): void {
    if (side !== 'client') return;
    if (kind === 'dialect') this.#reached(name);
    else if (kind === 'close' && dialect === undefined) this.#failed(name, NO_ANSWER);
  }

  #failed(client: string, reason: string): void {
    const now = this.#clock.now();
    const outage = this.#outages.get(client) ?? { since: now, told: false };
    this.#outages.set(client, outage);
    const ms = now - outage.since;
    if (outage.told || ms < PATIENCE_MS) return;
    outage.told = true;
    const text = `${client} has not been reachable for ${seconds(ms)}; what was sent to it waits and is tried on: ${escapeControls(reason)}`;
    this.#logger.warn({ side: 'client', link: client, reason }, text);
  }

  #reached(client: string): void {
    const outage = this.#outages.get(client);
    if (outage === undefined) return;
    this.#outages.delete(client);
    if (!outage.told) return;
    const ms = this.#clock.now() - outage.since;
    this.#logger.warn({ side: 'client', link: client }, `${client} is reachable again, after ${seconds(ms)}`);
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
