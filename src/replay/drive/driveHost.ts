import type { Secret } from '../../config/types/Secret';
import type { Clock } from '../../runtime/Clock';
import type { Link } from '../../streams/transport/Link';
import type { EventSink } from '../../recording/capture/EventSink';
import type { RecordedAck, RecordedEvent } from '../../recording/RecordedEvent';
import { ReplayLink } from './ReplayLink';

/** How recorded connections are driven against a host. */
export interface DriveHostOptions {
  readonly connect: () => Promise<Link>;
  /** Whether the recorded connection of that number was native. */
  readonly isNative: (link: number) => boolean;
  /** Shown by native connections. */
  readonly token?: Secret | undefined;
  readonly clock: Clock;
  /** 1: as recorded; 10: ten times as fast; `max`: without waiting for anything but recorded answers, and before resets. */
  readonly speed: number | 'max';
  /** How long one recorded answer is waited for, milliseconds. */
  readonly answerMs: number;
  /** Gets what comes back. */
  readonly sink: EventSink;
  readonly onEvent: (event: RecordedEvent) => void;
}

/** A drive under way. */
export interface HostDrive {
  /** Resolves when everything recorded was sent and answered, or given up. Rejects when it is aborted. */
  readonly done: Promise<void>;
  /** Messages that wait for their answer, for people. */
  pending(): readonly string[];
  /** Drops every connection and ends every wait: `done` rejects with the reason, unless it is over already. */
  abort(reason?: unknown): void;
}

/**
 * Sends the recorded messages to a host again, each connection's in order. Without timing, what was sent after an answer had come is sent
 * after that answer comes again: so connections overlap as recorded, however fast it goes. A host that is behind is waited for: what is sent
 * to it does not pile up here.
 */
export function driveHost(
  recording: Iterable<RecordedEvent> | AsyncIterable<RecordedEvent>,
  options: DriveHostOptions,
): HostDrive {
  const drive = new Drive(options);
  return {
    done: drive.run(recording),
    pending: () => drive.pending(),
    abort: (reason = new Error('the replay was aborted')) => drive.abort(reason),
  };
}

/** Answers to one message: those that came, and those recorded ones that were waited for. */
interface AnswerCount {
  came: number;
  recorded: number;
}

class Drive {
  readonly #options: DriveHostOptions;
  readonly #startedAt: number;
  readonly #links = new Map<number, ReplayLink>();
  /** By link and message, for messages under way. */
  readonly #answers = new Map<number, Map<number, AnswerCount>>();
  readonly #aborted = new AbortController();
  /** Ends the waits that are under way. */
  readonly #wake = new Set<() => void>();

  constructor(options: DriveHostOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  async run(recording: Iterable<RecordedEvent> | AsyncIterable<RecordedEvent>): Promise<void> {
    const { onEvent, speed } = this.#options;
    for await (const event of recording) {
      this.#aborted.signal.throwIfAborted();
      onEvent(event);
      if (event.side !== 'host' || event.link === 0) continue;
      if (speed !== 'max') await this.#timeOf(event.at / speed);
      await this.#step(event);
    }
    for (const link of this.#links.values()) {
      await this.#until(link, () => link.answered);
      link.end();
    }
    for (const link of this.#links.values()) await this.#until(link, () => link.closed);
    this.#aborted.signal.throwIfAborted();
    for (const link of this.#links.values()) link.destroy();
  }

  pending(): readonly string[] {
    return [...this.#links].flatMap(([number, link]) =>
      link.pending.map((message) => `${message} of link ${number}`),
    );
  }

  abort(reason: unknown): void {
    this.#aborted.abort(reason);
    for (const link of this.#links.values()) link.destroy();
    for (const wake of this.#wake) wake();
  }

  async #step(event: RecordedEvent): Promise<void> {
    const link = this.#links.get(event.link);
    switch (event.kind) {
      case 'open':
        await this.#open(event.link);
        return;
      case 'message': {
        // A recording that was begun in the midst of a connection has no `open`.
        const to = link ?? (await this.#open(event.link));
        await this.#until(to, () => to.hasRoom);
        return to.message(event);
      }
      case 'cancel':
        return link?.cancel(event);
      case 'ack':
        if (link !== undefined && this.#options.speed === 'max') await this.#answer(link, event);
        return;
      case 'close':
        if (link === undefined) return;
        if (event.from !== 'host') {
          await this.#until(link, () => link.sent);
          if (event.how !== 'fin') await this.#pause(link.msUntilReset(event));
        }
        link.close(event);
        await this.#until(link, () => link.closed);
        return this.#forgetWhenClosed(event.link, link);
      case 'error':
        return;
      default:
        return event satisfies never;
    }
  }

  async #open(number: number): Promise<ReplayLink> {
    const { connect, isNative, clock, token, sink, speed } = this.#options;
    const counting: EventSink = {
      get elapsedMs() {
        return sink.elapsedMs;
      },
      write: (event) => {
        if (event.kind === 'ack' && speed === 'max') this.#came(event);
        sink.write(event);
      },
    };
    const native = isNative(number);
    const link = new ReplayLink(await connect(), number, { native, clock, token, sink: counting });
    this.#links.set(number, link);
    // Aborted while it was connected.
    if (this.#aborted.signal.aborted) link.destroy();
    return link;
  }

  #forgetWhenClosed(number: number, link: ReplayLink): void {
    if (!link.closed) {
      link.onChange(() => this.#forgetWhenClosed(number, link));
      return;
    }
    this.#links.delete(number);
    this.#answers.delete(number);
  }

  #countOf({ link, id }: RecordedAck): AnswerCount {
    let ofLink = this.#answers.get(link);
    if (ofLink === undefined) {
      ofLink = new Map();
      this.#answers.set(link, ofLink);
    }
    let count = ofLink.get(id);
    if (count === undefined) {
      count = { came: 0, recorded: 0 };
      ofLink.set(id, count);
    }
    return count;
  }

  #came(event: RecordedAck): void {
    this.#countOf(event).came += 1;
  }

  async #answer(link: ReplayLink, event: RecordedAck): Promise<void> {
    const count = this.#countOf(event);
    count.recorded += 1;
    const wanted = count.recorded;
    await this.#until(link, () => count.came >= wanted);
    if (event.status !== 'next') this.#answers.get(event.link)?.delete(event.id);
  }

  async #timeOf(at: number): Promise<void> {
    const { clock } = this.#options;
    await this.#pause(this.#startedAt + at - clock.now());
  }

  async #pause(ms: number): Promise<void> {
    if (ms > 0) await this.#wait(ms, () => undefined);
  }

  /** Until the condition holds, the connection is gone, or it takes too long. */
  async #until(link: ReplayLink, holds: () => boolean): Promise<void> {
    if (holds() || link.closed) return;
    await this.#wait(this.#options.answerMs, (done) => {
      const look = (): void => {
        if (holds() || link.closed) done();
        else link.onChange(look);
      };
      look();
    });
  }

  /** Until `begin` calls back, the time is over, or the drive is aborted. */
  #wait(ms: number, begin: (done: () => void) => void): Promise<void> {
    if (this.#aborted.signal.aborted) return Promise.resolve();
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const done = (): void => {
        clock.clearTimeout(timer);
        this.#wake.delete(done);
        resolve();
      };
      const timer = clock.setTimeout(done, ms, { ref: true });
      this.#wake.add(done);
      begin(done);
    });
  }
}
