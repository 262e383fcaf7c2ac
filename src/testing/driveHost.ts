import type { Clock } from '../runtime/Clock';
import type { Link } from '../streams/Link';
import type { EventSink } from './EventSink';
import type { RecordedAck, RecordedEvent } from './RecordedEvent';
import { ReplayLink } from './ReplayLink';

/** How recorded connections are driven against a host. */
export interface DriveHostOptions {
  readonly connect: () => Promise<Link>;
  /** Whether the recorded connection of that number was native. */
  readonly isNative: (link: number) => boolean;
  readonly clock: Clock;
  /** 1: as recorded; 10: ten times as fast; `max`: without waiting for anything but recorded answers. */
  readonly speed: number | 'max';
  /** How long one recorded answer is waited for, milliseconds. */
  readonly answerMs: number;
  /** Gets what comes back. */
  readonly sink: EventSink;
  readonly onEvent: (event: RecordedEvent) => void;
}

/** A drive under way. */
export interface HostDrive {
  /** Resolves when everything recorded was sent and answered, or given up. */
  readonly done: Promise<void>;
  /** Messages that wait for their answer, for people. */
  pending(): readonly string[];
  /** Drops every connection. */
  abort(): void;
}

/**
 * Sends the recorded messages to a host again, each connection's in order. Without timing, what was sent after an answer had come is sent
 * after that answer comes again: so connections overlap as recorded, however fast it goes.
 */
export function driveHost(
  recording: Iterable<RecordedEvent> | AsyncIterable<RecordedEvent>,
  options: DriveHostOptions,
): HostDrive {
  const links = new Map<number, ReplayLink>();
  const drive = new Drive(links, options);
  return {
    done: drive.run(recording),
    pending: () =>
      [...links].flatMap(([number, link]) => link.pending.map((message) => `${message} of link ${number}`)),
    abort: () => {
      for (const link of links.values()) link.destroy();
    },
  };
}

class Drive {
  readonly #links: Map<number, ReplayLink>;
  readonly #options: DriveHostOptions;
  readonly #startedAt: number;
  /** Final and other answers that came, by link and message, counted as far as they are waited for. */
  readonly #came = new Map<string, number>();
  readonly #recorded = new Map<string, number>();

  constructor(links: Map<number, ReplayLink>, options: DriveHostOptions) {
    this.#links = links;
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  async run(recording: Iterable<RecordedEvent> | AsyncIterable<RecordedEvent>): Promise<void> {
    const { onEvent, speed } = this.#options;
    for await (const event of recording) {
      onEvent(event);
      if (event.side !== 'host' || event.link === 0) continue;
      if (speed !== 'max') await this.#timeOf(event.at / speed);
      await this.#step(event);
    }
    for (const link of this.#links.values()) {
      await this.#until(link, () => link.pending.length === 0);
      link.end();
    }
    for (const link of this.#links.values()) await this.#until(link, () => link.closed);
    for (const link of this.#links.values()) link.destroy();
  }

  async #step(event: RecordedEvent): Promise<void> {
    const link = this.#links.get(event.link);
    switch (event.kind) {
      case 'open':
        await this.#open(event.link);
        return;
      case 'message':
        // A recording that was begun in the midst of a connection has no `open`.
        return (link ?? (await this.#open(event.link))).message(event);
      case 'cancel':
        return link?.cancel(event.id);
      case 'ack':
        if (link !== undefined && this.#options.speed === 'max') await this.#answer(link, event);
        return;
      case 'close':
        if (link === undefined) return;
        link.close(event);
        if (event.from === 'host' || event.how === 'fin') await this.#until(link, () => link.closed);
        if (link.closed) this.#links.delete(event.link);
        return;
      case 'error':
        return;
      default:
        return event satisfies never;
    }
  }

  async #open(number: number): Promise<ReplayLink> {
    const { connect, isNative, sink } = this.#options;
    const link = new ReplayLink(await connect(), number, isNative(number), {
      get elapsedMs() {
        return sink.elapsedMs;
      },
      write: (event) => {
        if (event.kind === 'ack') count(this.#came, event);
        sink.write(event);
      },
    });
    this.#links.set(number, link);
    return link;
  }

  async #answer(link: ReplayLink, event: RecordedAck): Promise<void> {
    const wanted = count(this.#recorded, event);
    const key = keyOf(event);
    await this.#until(link, () => (this.#came.get(key) ?? 0) >= wanted);
    if (event.status === 'next') return;
    this.#recorded.delete(key);
    this.#came.delete(key);
  }

  #timeOf(at: number): Promise<void> {
    const { clock } = this.#options;
    const delay = this.#startedAt + at - clock.now();
    if (delay <= 0) return Promise.resolve();
    return new Promise((resolve) => clock.setTimeout(resolve, delay, { ref: true }));
  }

  /** Until the condition holds, the connection is gone, or it takes too long. */
  async #until(link: ReplayLink, holds: () => boolean): Promise<void> {
    if (holds() || link.closed) return;
    const { clock, answerMs } = this.#options;
    await new Promise<void>((resolve) => {
      const timer = clock.setTimeout(resolve, answerMs, { ref: true });
      const look = (): void => {
        if (!holds() && !link.closed) {
          link.onChange(look);
          return;
        }
        clock.clearTimeout(timer);
        resolve();
      };
      look();
    });
  }
}

const keyOf = ({ link, id }: RecordedAck): string => `${link} ${id}`;

function count(counts: Map<string, number>, event: RecordedAck): number {
  const next = (counts.get(keyOf(event)) ?? 0) + 1;
  counts.set(keyOf(event), next);
  return next;
}
