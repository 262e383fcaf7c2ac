import { type Shape, checkArgument, checkOptions, shapes } from '../../runtime/checkArguments';
import { ConnectFailed } from '../../errors/connections';
import { BadRecording } from '../../errors/recordings';
import type { Secret } from '../../config/types/Secret';
import { type Clock, withLongTimers } from '../../runtime/Clock';
import type { Link } from '../../streams/transport/Link';
import type { EventSink } from '../../recording/capture/EventSink';
import {
  type RecordedAck,
  type RecordedClose,
  type RecordedEvent,
  type RecordedMessage,
  isOfStop,
} from '../../recording/RecordedEvent';
import { ReplayLink } from './ReplayLink';

/** How recorded connections are driven against a host. */
export interface DriveHostOptions {
  readonly connect: () => Promise<Link>;
  /** Whether the recorded connection of that number was native. */
  readonly isNative: (link: number) => boolean;
  /** Shown by native connections. */
  readonly token?: Secret | undefined;
  readonly clock: Clock;
  /**
   * 1: as recorded; 10: ten times as fast; `max`: without pauses. What came after an answer waits for that
   * answer at any speed.
   */
  readonly speed: number | 'max';
  /**
   * How much later than recorded an answer may come, milliseconds. A connection that takes longer to open
   * counts as never accepted.
   */
  readonly answerMs: number;
  /** Gets what comes back. */
  readonly sink: EventSink;
  readonly onEvent: (event: RecordedEvent) => void;
  /**
   * Whether the app has sent less than was recorded so far; then what comes after is held back, a second at
   * most. Default: never.
   */
  readonly lacksSends?: () => boolean;
  /** Called for each message without an answer in time. */
  readonly onUnanswered?: (message: Pick<RecordedMessage, 'link' | 'id'>) => void;
  /** Called once when nothing more is sent, because so many messages in a row had no answer. */
  readonly onGivenUp?: (silent: number) => void;
}

const optionShapes = {
  connect: shapes.callback,
  isNative: shapes.callback,
  token: shapes.object,
  clock: shapes.clock,
  speed: shapes.speed,
  answerMs: shapes.amount,
  sink: shapes.sink,
  onEvent: shapes.callback,
  lacksSends: shapes.callback,
  onUnanswered: shapes.callback,
  onGivenUp: shapes.callback,
} satisfies Readonly<Record<keyof DriveHostOptions, Shape>>;

/** A drive under way. */
export interface HostDrive {
  /** Resolves when everything recorded was sent and answered, or given up. Rejects when it is aborted. */
  readonly done: Promise<void>;
  /** Messages that wait for their answer, for people. */
  pending(): readonly string[];
  /** To be called when the app has sent something. */
  sent(): void;
  /**
   * Drops every connection and ends every wait: `done` rejects with the reason, unless it is over already.
   */
  abort(reason?: unknown): void;
}

/** So many messages in a row without an answer, and the host counts as gone. */
const MAX_SILENT = 3;
/**
 * So many times in a row what was recorded of the app's own sends did not come: no more is waited for until
 * something comes.
 */
const MAX_LACKING = 3;
/**
 * How long a connection may take to close, a send of the app to come,, and a message whose answer the
 * recording does not hold to be handled, milliseconds.
 */
const CLOSE_MS = 1000;

/**
 * Sends the recorded messages to a host again, each connection's in order. What came after an answer, on
 * whatever connection, is sent after that answer has come again: so connections overlap as recorded and
 * causes come before effects, however fast the replay and however slow the host. A host that reads slowly is
 * waited for: what is sent to it does not pile up here.
 *
 * The drive always ends: an answer may come `answerMs` later than recorded, and after three messages in a row
 * without one nothing more is sent.
 */
export function driveHost(
  recording: Iterable<RecordedEvent> | AsyncIterable<RecordedEvent>,
  options: DriveHostOptions,
): HostDrive {
  checkArgument('driveHost: the recording', recording, shapes.events);
  checkOptions('driveHost', options, optionShapes, [
    'connect',
    'isNative',
    'clock',
    'speed',
    'answerMs',
    'sink',
    'onEvent',
  ]);
  const drive = new Drive(options);
  return {
    done: drive.run(recording),
    pending: () => drive.pending(),
    sent: () => drive.sent(),
    abort: (reason = new Error('the replay was aborted')) => drive.abort(reason),
  };
}

/** As many as an address has ports. */
const MAX_LINKS = 65_536;

class Drive {
  readonly #options: DriveHostOptions;
  readonly #startedAt: number;
  readonly #links = new Map<number, ReplayLink>();
  /** Connections that the host did not accept in time. */
  readonly #unopened = new Set<number>();
  /** Connections that are being left while the drive goes on. */
  readonly #leaving = new Set<Promise<void>>();
  readonly #aborted = new AbortController();
  /** Ends the waits that are under way. */
  readonly #wake = new Set<() => void>();
  /** `at` of the last event, and of the last message to the host. */
  #lastAt = 0;
  #lastMessageAt = 0;
  /** Told when the app sends. */
  #onSent: (() => void)[] = [];
  #lacking = 0;
  /** Acknowledgements that came. */
  #heard = 0;
  /** Messages in a row without an answer, and what had been heard by then. */
  #silent = 0;
  #heardBefore = 0;

  constructor(options: DriveHostOptions) {
    this.#options = { ...options, clock: withLongTimers(options.clock) };
    this.#startedAt = options.clock.now();
  }

  async run(recording: Iterable<RecordedEvent> | AsyncIterable<RecordedEvent>): Promise<void> {
    const { onEvent, speed } = this.#options;
    for await (const event of recording) {
      this.#aborted.signal.throwIfAborted();
      onEvent(event);
      this.#lastAt = event.at;
      if (event.link === 0 || this.#hasGivenUp) continue;
      if (event.side !== 'host') {
        if (event.kind === 'message') await this.#untilSent(event.at);
        continue;
      }
      if (event.kind === 'message') this.#lastMessageAt = event.at;
      // What the host did is waited for, at its own pace.
      if (speed !== 'max' && event.kind !== 'ack') await this.#timeOf(event.at / speed);
      await this.#step(event);
    }
    await this.#end();
    this.#aborted.signal.throwIfAborted();
  }

  pending(): readonly string[] {
    return [...this.#links].flatMap(([number, link]) =>
      link.pending.map((message) => `${message} of link ${number}`),
    );
  }

  sent(): void {
    this.#lacking = 0;
    const told = this.#onSent;
    this.#onSent = [];
    for (const callback of told) callback();
  }

  abort(reason: unknown): void {
    this.#aborted.abort(reason);
    for (const link of this.#links.values()) link.destroy();
    for (const wake of this.#wake) wake();
  }

  get #hasGivenUp(): boolean {
    return this.#silent >= MAX_SILENT;
  }

  async #step(event: RecordedEvent): Promise<void> {
    const link = this.#links.get(event.link);
    switch (event.kind) {
      case 'open':
        // Connected by its first message: one that never has any shows nothing, and a damaged recording may
        // have a million of them.
        return;
      case 'message':
        return this.#message(link, event);
      case 'cancel':
        return link?.cancel(event);
      case 'ack':
        if (link !== undefined && !isOfStop(event)) await this.#answer(link, event);
        return;
      case 'close':
        if (link !== undefined) await this.#close(link, event);
        return;
      case 'error':
        return;
      default:
        return event satisfies never;
    }
  }

  /** Opens a connection; undefined when the host does not accept it in time. */
  async #open(number: number): Promise<ReplayLink | undefined> {
    if (this.#links.size >= MAX_LINKS) {
      const text = `more than ${MAX_LINKS} connections are open at once, which no machine has; is the recording damaged?`;
      throw new BadRecording(text, { file: '', line: 0 });
    }
    const { isNative, clock, token, sink } = this.#options;
    const opened = await this.#connect();
    if (opened === undefined) {
      this.#unopened.add(number);
      return undefined;
    }
    const counting: EventSink = {
      get elapsedMs() {
        return sink.elapsedMs;
      },
      write: (event) => {
        if (event.kind === 'ack') this.#heard += 1;
        sink.write(event);
      },
    };
    const link = new ReplayLink(opened, number, { native: isNative(number), clock, token, sink: counting });
    this.#links.set(number, link);
    // Aborted while it was connected.
    if (this.#aborted.signal.aborted) link.destroy();
    return link;
  }

  async #connect(): Promise<Link | undefined> {
    let outcome: { readonly link?: Link; readonly error?: Error } | undefined;
    let waiting = true;
    await this.#wait(this.#options.answerMs, (done) => {
      this.#options.connect().then(
        (link) => {
          outcome = { link };
          if (!waiting) discard(link);
          done();
        },
        (error: unknown) => {
          outcome = { error: error as Error };
          done();
        },
      );
    });
    waiting = false;
    const { link, error } = outcome ?? {};
    if (error !== undefined && !isTimeout(error)) throw error;
    return link;
  }

  async #message(link: ReplayLink | undefined, message: RecordedMessage): Promise<void> {
    const to = link ?? (this.#unopened.has(message.link) ? undefined : await this.#open(message.link));
    if (to !== undefined) {
      await this.#until(to, this.#options.answerMs, () => to.hasRoom);
      if (to.hasRoom || to.closed) {
        to.message(message);
        return;
      }
    }
    this.#noAnswer(message);
  }

  async #answer(link: ReplayLink, ack: RecordedAck): Promise<void> {
    const asked = link.asked(ack.id);
    // Nothing was sent that it could answer: its message is missing in the recording, or was cancelled.
    if (asked === undefined) return;
    asked.recorded += 1;
    const wanted = asked.recorded;
    const { clock, answerMs } = this.#options;
    const limitMs = (asked.sentAt ?? clock.now()) + (ack.at - asked.at) + answerMs - clock.now();
    const holds = (): boolean => asked.came >= wanted || asked.over;
    await this.#until(link, limitMs, holds);
    if (ack.status !== 'next') link.forget(ack.id);
    if (holds() || link.closed || this.#aborted.signal.aborted) return;
    link.forget(ack.id);
    this.#noAnswer({ link: ack.link, id: ack.id });
  }

  async #close(link: ReplayLink, event: RecordedClose): Promise<void> {
    if (event.from === 'host') {
      // It closed although messages waited, as all connections of a host do when it is stopped: none waits
      // for another.
      if (!link.answered) {
        const leaving = this.#leave(event.link, link).finally(() => this.#leaving.delete(leaving));
        this.#leaving.add(leaving);
        return;
      }
      link.end();
    } else {
      await this.#until(link, this.#options.answerMs, () => link.sent);
      if (event.how !== 'fin') await this.#pause(link.msUntilReset(event));
      link.close(event);
    }
    await this.#untilClosed(link);
    this.#forgetWhenClosed(event.link, link);
  }

  /** Ends a connection whose messages had no answer when it was closed, as recorded. */
  async #leave(number: number, link: ReplayLink): Promise<void> {
    await this.#untilAnswered(link);
    link.end();
    // To a legacy peer a host answers also after its end (protocol 1.3).
    if (link.answered) await this.#untilClosed(link);
    link.destroy();
    this.#forgetWhenClosed(number, link);
  }

  /** Ends what is still open. */
  async #end(): Promise<void> {
    await Promise.all(this.#leaving);
    const links = [...this.#links.values()];
    if (!this.#hasGivenUp) {
      await Promise.all(links.map((link) => this.#untilAnswered(link)));
      await this.#untilSent(this.#lastAt + CLOSE_MS);
    }
    for (const link of links) link.end();
    await Promise.all(links.map((link) => this.#untilClosed(link)));
    for (const link of links) link.destroy();
  }

  /** Answers that the recording does not hold are waited for as long as it did. */
  async #untilAnswered(link: ReplayLink): Promise<void> {
    const recordedMs = this.#lastAt - (link.oldestAt ?? this.#lastAt);
    const limitMs = Math.min(this.#options.answerMs, recordedMs + CLOSE_MS);
    await this.#until(link, limitMs, () => link.answered);
  }

  async #untilClosed(link: ReplayLink): Promise<void> {
    await this.#until(link, Math.min(this.#options.answerMs, CLOSE_MS), () => false);
  }

  /**
   * What the app sent by then is waited for, since others may have known of it: as long as it took after the
   * message before it, a second at most.
   */
  async #untilSent(at: number): Promise<void> {
    const { lacksSends } = this.#options;
    if (lacksSends?.() !== true || this.#lacking >= MAX_LACKING) return;
    await this.#wait(Math.min(at - this.#lastMessageAt, CLOSE_MS), (done) => {
      const look = (): void => {
        if (lacksSends()) this.#onSent.push(look);
        else done();
      };
      look();
    });
    if (lacksSends()) this.#lacking += 1;
  }

  #noAnswer(message: Pick<RecordedMessage, 'link' | 'id'>): void {
    const { onUnanswered, onGivenUp } = this.#options;
    onUnanswered?.(message);
    this.#silent = this.#heard === this.#heardBefore ? this.#silent + 1 : 1;
    this.#heardBefore = this.#heard;
    if (this.#hasGivenUp) onGivenUp?.(this.#silent);
  }

  #forgetWhenClosed(number: number, link: ReplayLink): void {
    if (link.closed) this.#links.delete(number);
    else link.onChange(() => this.#forgetWhenClosed(number, link));
  }

  async #timeOf(at: number): Promise<void> {
    const { clock } = this.#options;
    await this.#pause(this.#startedAt + at - clock.now());
  }

  async #pause(ms: number): Promise<void> {
    if (ms > 0) await this.#wait(ms, () => undefined);
  }

  /** Until the condition holds, the connection is gone, or the time is over. */
  async #until(link: ReplayLink, ms: number, holds: () => boolean): Promise<void> {
    if (holds() || link.closed) return;
    await this.#wait(Math.max(0, ms), (done) => {
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

/** An attempt that the system did not end: nobody refused it, nobody accepted it. */
function isTimeout(error: Error): boolean {
  return error instanceof ConnectFailed && error.cause === undefined;
}

/** A connection that came too late. */
function discard(link: Link): void {
  link.open({ data: ignore, end: ignore, drain: ignore, close: ignore });
  link.destroy();
}

function ignore(): void {
  // Nobody waits for this connection any more.
}
