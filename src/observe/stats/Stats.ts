import { Observable } from 'rxjs';
import type { Clock } from '../../runtime/Clock';
import type { Message } from '../../streams/messages/Message';
import type { SentMessage, TrafficObserver } from '../../streams/messages/TrafficObserver';
import { ActionCounters, ClientCounters, CodeCounters } from './counters';
import { EventLoopDelay } from './EventLoopDelay';
import type { StatsSnapshot, StatsSource } from './StatsSnapshot';

const PERIOD_MS = 1000;

/** What stats are made of. */
export interface StatsOptions {
  readonly clock: Clock;
  readonly source: StatsSource;
  /** Called once, when counting begins: from then on this observer has to hear of the traffic. */
  readonly onBegin: () => void;
}

/** Somebody who looks at stats now and then. */
export interface StatsReader {
  /** Everything since counting began; the delay of the event loop since the last call on this reader. */
  snapshot(): StatsSnapshot;
  close(): void;
}

/**
 * Counts messages and sends. Counting begins with the first reader or subscriber and then goes on, so that
 * totals have no gaps; before that it costs nothing. A message costs two looks at the clock and a few
 * additions; whatever else is wanted is asked of the source when a snapshot is made.
 */
export class Stats implements TrafficObserver {
  readonly traces = false;
  /**
   * One snapshot at subscription and then every second, for each subscriber; at `complete()` a last one, and
   * completes. Never errors.
   */
  readonly stats$: Observable<StatsSnapshot>;
  readonly #clock: Clock;
  readonly #source: StatsSource;
  readonly #onBegin: () => void;
  readonly #actions: ActionCounters;
  readonly #clients = new Map<string, ClientCounters>();
  readonly #errors = new CodeCounters();
  readonly #failures = new CodeCounters();
  readonly #subscribers = new Set<() => void>();
  #received = 0;
  #countingSince: number | undefined;
  #completed = false;

  constructor({ clock, source, onBegin }: StatsOptions) {
    this.#clock = clock;
    this.#source = source;
    this.#onBegin = onBegin;
    this.#actions = new ActionCounters((action) => source.isRegistered(action));
    this.stats$ = new Observable((subscriber) => {
      if (this.#completed) {
        subscriber.complete();
        return;
      }
      const reader = this.open();
      let timer: unknown;
      const tick = (): void => {
        // Set first, so that an unsubscribe within `next` clears it.
        timer = clock.setTimeout(tick, PERIOD_MS);
        subscriber.next(reader.snapshot());
      };
      const last = (): void => {
        subscriber.next(reader.snapshot());
        subscriber.complete();
      };
      subscriber.add(() => {
        this.#subscribers.delete(last);
        clock.clearTimeout(timer);
        reader.close();
      });
      this.#subscribers.add(last);
      tick();
    });
  }

  /** Begins counting, when it has not begun. Close the reader when it is needed no more; counting goes on. */
  open(): StatsReader {
    if (this.#countingSince === undefined) {
      this.#countingSince = this.#clock.wallTime();
      this.#onBegin();
    }
    const delay = new EventLoopDelay();
    return { snapshot: () => this.#snapshot(delay), close: () => delay.close() };
  }

  /** The app has stopped: subscribers get a last snapshot, later ones complete at once. */
  complete(): void {
    this.#completed = true;
    for (const last of [...this.#subscribers]) last();
  }

  /** Something went to `failures$`. */
  failed(code: string, count = 1): void {
    if (this.#countingSince !== undefined) this.#failures.add(code, count);
  }

  /** The token of a message, and of a send, is the time it began. */
  messageBegan(): number {
    this.#received += 1;
    return this.#clock.now();
  }

  messageEnded({ action }: Message, beganAt: unknown, outcome: string): void {
    this.#actions.add(action, outcome, this.#clock.now() - (beganAt as number));
    if (outcome !== 'ok' && outcome !== 'cancelled') this.#errors.add(outcome);
  }

  sendBegan(): number {
    return this.#clock.now();
  }

  sendEnded({ client, confirm }: SentMessage, beganAt: unknown, outcome: string): void {
    if (!confirm && outcome === 'ok') this.#client(client).sentUnconfirmed();
    else this.#client(client).ended(outcome, this.#clock.now() - (beganAt as number));
  }

  sentUnconfirmed(client: string): void {
    this.#client(client).sentUnconfirmed();
  }

  /** Clients are those of the configuration, so there are no more than it has. */
  #client(name: string): ClientCounters {
    let counters = this.#clients.get(name);
    if (counters === undefined) {
      counters = new ClientCounters();
      this.#clients.set(name, counters);
    }
    return counters;
  }

  #snapshot(delay: EventLoopDelay): StatsSnapshot {
    const source = this.#source;
    const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
    const time = this.#clock.wallTime();
    return {
      time,
      countingSince: this.#countingSince ?? time,
      messages: {
        received: this.#received,
        actions: this.#actions.snapshot(),
        errors: this.#errors.snapshot(),
      },
      clients: source.clients().map((gauges) => this.#client(gauges.client).snapshot(gauges)),
      hosts: source.hosts(),
      connections: source.connections(),
      failures: this.#failures.snapshot(),
      mailboxes: source.mailboxes(),
      bytes: source.bytes(),
      eventLoopDelay: delay.take(),
      memory: {
        residentBytes: rss,
        heapUsedBytes: heapUsed,
        heapTotalBytes: heapTotal,
        externalBytes: external,
      },
    };
  }
}
