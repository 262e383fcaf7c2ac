import type { Clock } from '../../runtime/Clock';
import { escapeControls } from '../../runtime/names';
import type { Logger } from '../../runtime/Logger';
import type { ClientState } from '../../streams/client/ClientContext';

/** A peer that restarts is back sooner, and is not worth a line. */
const PATIENCE_MS = 10_000;

interface Outage {
  readonly since: number;
  told: boolean;
}

/**
 * Tells at level warn that a peer cannot be reached while messages wait for it, and that it is back: once for each outage. Detached messages
 * wait without an error, those of an outbox for ever, so that a wrong port would never be heard of.
 */
export class UnreachableLog {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #outages = new Map<string, Outage>();

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** A client came to another state. */
  follow(client: string, state: ClientState): void {
    switch (state.kind) {
      case 'connecting':
        return;
      case 'backoff':
        this.#failed(client, state.reason);
        return;
      case 'open':
        this.#reached(client);
        return;
      case 'idle':
      case 'closed':
        // Nothing waits any more; what was given up has been told.
        this.#outages.delete(client);
        return;
      default:
        return state satisfies never;
    }
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
