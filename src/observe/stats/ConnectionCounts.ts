import type { ConnectionEvent } from '../../streams/messages/ConnectionEvent';
import type { ConnectionGauge, ConnectionStats } from './StatsSnapshot';

/**
 * Connections by side and dialect, told by the events of `connections$`. Costs an addition an event, so it
 * counts from the beginning.
 */
export class ConnectionCounts {
  readonly #host = new SideCounts();
  readonly #client = new SideCounts();

  follow({ kind, side, dialect }: ConnectionEvent): void {
    const counts = side === 'host' ? this.#host : this.#client;
    if (kind === 'open') counts.begun();
    else if (kind === 'dialect') counts.shown(dialect);
    else counts.closed(dialect);
  }

  snapshot(): ConnectionStats {
    return {
      open: [...this.#host.gauges('host'), ...this.#client.gauges('client')],
      opened: { host: this.#host.opened, client: this.#client.opened },
    };
  }
}

class SideCounts {
  opened = 0;
  native = 0;
  comet = 0;
  unknown = 0;

  begun(): void {
    this.opened += 1;
    this.unknown += 1;
  }

  shown(dialect: ConnectionEvent['dialect']): void {
    if (dialect === undefined) return;
    this.unknown -= 1;
    this[dialect] += 1;
  }

  closed(dialect: ConnectionEvent['dialect']): void {
    // A connection that closed before its first frame may have been called comet without having shown it.
    if (dialect !== undefined && this[dialect] > 0) this[dialect] -= 1;
    else this.unknown -= 1;
  }

  gauges(side: ConnectionGauge['side']): ConnectionGauge[] {
    const dialects = ['native', 'comet', 'unknown'] as const;
    return dialects
      .filter((dialect) => this[dialect] > 0)
      .map((dialect) => ({ side, dialect, open: this[dialect] }));
  }
}
