import type { Clock } from '../../runtime/Clock';
import { Deque } from '../../runtime/Deque';
import type { Frame } from '../../streams/wire/Frame';
import { FrameParser } from '../../streams/wire/FrameParser';
import { FrameWriter } from '../../streams/wire/FrameWriter';
import {
  FromClient,
  kindFromClient,
  saysNative,
  unreachable,
  writeHello,
  writePong,
} from '../../streams/wire/nativeFrames';
import type { Link } from '../../streams/transport/Link';
import { contentPieces } from '../../recording/content/contentPieces';
import { contentText } from '../../recording/content/contentText';
import type { RecordedAnswer, RecordedAnswers } from './RecordedAnswers';
import type { RecordedAck, RecordedClose, RecordedContent } from '../../recording/RecordedEvent';
import { recordedValue } from '../../recording/content/recordedValue';

/** How a stand-in speaks. */
export interface StandInConnectionOptions {
  readonly answers: RecordedAnswers;
  /** Whether it greets native clients, as the recorded peer did. */
  readonly native: boolean;
  /** 1: waits as long as the recorded peer took; 10: a tenth of that; `max`: answers at once. */
  readonly speed: number | 'max';
  readonly clock: Clock;
  readonly maxContentBytes?: number;
}

/** One message that is being answered. */
interface Turn {
  readonly answer: RecordedAnswer;
  /** The live message-id. */
  readonly id: unknown;
  /** Nobody waits for the answer. */
  unwanted: boolean;
  /** When the message came. */
  readonly at: number;
  /** The next acknowledgement. */
  next: number;
}

/** A request of a legacy client, which is answered after those before it. */
interface LegacyRequest {
  readonly frame: Frame;
  /** When it came. */
  readonly at: number;
}

/** Not more than a client may have waiting; the recorded peer's own limit is not recorded. */
const MAX_IN_FLIGHT = 65_536;
/** So many requests of a legacy client wait for their turn before it is read no further. */
const MAX_LEGACY_WAITING = 64;

/**
 * One connection of a stand-in: answers each request from the recording, drops the connection where the
 * recorded peer did. What was dropped while several messages waited is dropped when all of them have come, or
 * else after the recorded time. Legacy clients get their answers in the order of their requests, and the
 * connection stays open where the recorded one did.
 */
export class StandInConnection {
  readonly #link: Link;
  readonly #options: StandInConnectionOptions;
  readonly #parser: FrameParser;
  readonly #writer: FrameWriter;
  readonly #timers = new Set<unknown>();
  readonly #turns = new Set<Turn>();
  /** Turns that wait until the client has read more. */
  #blocked: Turn[] = [];
  readonly #legacyRequests = new Deque<LegacyRequest>();
  #over: RecordedClose | undefined;
  #behind = false;
  #reading = false;
  #greeted = false;
  #clientEnded = false;
  #ended = false;

  constructor(link: Link, options: StandInConnectionOptions, onClose: () => void) {
    this.#link = link;
    this.#options = options;
    const { maxContentBytes = 256 * 1024 * 1024 } = options;
    this.#parser = new FrameParser({
      maxContentBytes,
      peer: link.peer,
      onFrame: (frame) => this.#request(frame),
    });
    this.#writer = new FrameWriter((bytes) => {
      this.#behind = !link.write(bytes);
      return !this.#behind;
    });
    link.open({
      data: (chunk) => this.#read(chunk),
      end: () => {
        this.#clientEnded = true;
        // A legacy client may end its direction and still wait for its answer (protocol 1.3).
        if (this.#turns.size === 0 || this.#greeted) this.#end();
      },
      drain: () => this.#drain(),
      close: () => {
        this.#parser.stop();
        for (const timer of this.#timers) options.clock.clearTimeout(timer);
        this.#timers.clear();
        this.#blocked = [];
        this.#legacyRequests.clear();
        onClose();
      },
    });
  }

  #read(chunk: Uint8Array): void {
    this.#reading = true;
    try {
      this.#parser.push(chunk);
    } catch {
      // What is no frame was not recorded either.
      this.#link.destroy();
    }
    this.#reading = false;
    this.#writer.flush();
  }

  #request(frame: Frame): void {
    const { header } = frame;
    const native = this.#options.native && (this.#greeted || saysNative(header));
    const kind = native ? kindFromClient(header) : FromClient.request;
    switch (kind) {
      case FromClient.request:
        this.#onRequest(frame, native);
        return;
      case FromClient.cancel:
        for (const turn of this.#turns) if (turn.id === header.cancel) turn.unwanted = true;
        return;
      case FromClient.ping:
        writePong(this.#writer);
        this.#sent();
        return;
      case FromClient.pong:
        return;
      default:
        unreachable(kind);
    }
  }

  #onRequest(frame: Frame, native: boolean): void {
    const { header } = frame;
    if (native && !this.#greeted && header.connection === 'keep-alive') this.#greet();
    const at = this.#options.clock.now();
    if (this.#greeted) this.#answer(frame, at);
    else this.#legacyRequest({ frame, at });
  }

  /** One after the other, since nothing but their order tells the answers apart (protocol 1.3). */
  #legacyRequest(request: LegacyRequest): void {
    if (this.#ended) return;
    this.#legacyRequests.push(request);
    if (this.#turns.size === 0) this.#nextLegacy();
    else if (this.#legacyRequests.length === MAX_LEGACY_WAITING) this.#link.pause();
  }

  #nextLegacy(): void {
    const request = this.#legacyRequests.shift();
    if (this.#legacyRequests.length === MAX_LEGACY_WAITING / 2) this.#link.resume();
    if (request !== undefined) this.#answer(request.frame, request.at);
    else if (this.#clientEnded) this.#end();
  }

  #answer(frame: Frame, at: number): void {
    const { header } = frame;
    const { action, content } = requestOf(frame);
    const native = this.#greeted;
    const name = action ?? (native && typeof header.action === 'string' ? header.action : '');
    const value = recordedValue(content);
    const answer = this.#options.answers.answer(this, name, value);
    const unconfirmed = native && header.ack === 'none';
    if (answer === undefined) {
      if (!unconfirmed) this.#refuse(frame, name, this.#options.answers.whyUnknown(name, value));
      return;
    }
    const turn = { answer, id: header.messageId, unwanted: unconfirmed, at, next: 0 };
    this.#turns.add(turn);
    this.#play(turn);
  }

  #greet(): void {
    this.#greeted = true;
    writeHello(this.#writer, {
      maxInFlight: MAX_IN_FLIGHT,
      maxContentBytes: 256 * 1024 * 1024,
      heartbeatMs: 0,
      dedup: false,
    });
    this.#sent();
  }

  /** Gives the acknowledgements that are due. */
  #play(turn: Turn): void {
    const { acks, message } = turn.answer;
    for (let ack = acks[turn.next]; ack !== undefined; ack = acks[turn.next]) {
      const waitMs = this.#isTimed ? this.#msUntil(turn, ack.at) : 0;
      if (waitMs > 0) return this.#after(waitMs, () => this.#play(turn));
      if (this.#behind) {
        this.#blocked.push(turn);
        return;
      }
      turn.next += 1;
      if (turn.unwanted) continue;
      if (this.#greeted) this.#reply(ack, { ...idKey(turn.id), ...statusKey(ack) });
      else if (ack.status !== 'next' && turn.next === acks.length) {
        this.#reply(ack, errorKeys(ack));
      }
    }
    const { dropped, ended } = turn.answer;
    if (dropped !== undefined) {
      const waitMs = this.#isTimed || ended === undefined ? this.#msUntil(turn, dropped.at) : 0;
      this.#after(waitMs, () => this.#drop(dropped));
      return;
    }
    this.#turns.delete(turn);
    if (!this.#greeted) {
      this.#afterLegacy(turn);
      return;
    }
    if (ended !== undefined) {
      // A reset could overtake the answer, so it never comes at once.
      const pauseMs = ended.how === 'fin' ? 0 : ended.at - (acks[acks.length - 1]?.at ?? message.at);
      this.#after(this.#isTimed ? this.#msUntil(turn, ended.at) : pauseMs, () => {
        this.#over = ended;
        this.#dropWhenOver();
      });
    } else this.#dropWhenOver();
  }

  /** A legacy client was answered: the connection ends, unless the recorded one went on. */
  #afterLegacy({ answer }: Turn): void {
    const { acks, keeps } = answer;
    if (keeps || acks.length === 0) this.#nextLegacy();
    else this.#end();
  }

  /** The recorded connection was closed after everything was answered. */
  #dropWhenOver(): void {
    if (this.#over !== undefined && this.#turns.size === 0) this.#drop(this.#over);
  }

  get #isTimed(): boolean {
    return this.#options.speed !== 'max';
  }

  /** Until that moment of the recording, counted from the message. */
  #msUntil({ at, answer }: Turn, recordedAt: number): number {
    const { clock, speed } = this.#options;
    return at + (recordedAt - answer.message.at) / (speed === 'max' ? 1 : speed) - clock.now();
  }

  #drain(): void {
    this.#behind = false;
    const blocked = this.#blocked;
    this.#blocked = [];
    for (const turn of blocked) this.#play(turn);
  }

  #drop({ how }: RecordedClose): void {
    if (how === 'fin') this.#end();
    else this.#link.reset();
  }

  #end(): void {
    this.#ended = true;
    this.#writer.flush();
    this.#link.end();
  }

  #refuse({ header }: Frame, action: string, why: string): void {
    const error = {
      code: 'ERR_NOT_RECORDED',
      message: `the recording holds no (further) such message: ${action}${why === '' ? '' : `; ${why}`}`,
    };
    // Who knows the native dialect reads the code also where the recorded host did not speak it.
    const text = saysNative(header) || this.#greeted ? error : `Error: ${error.code}: ${error.message}`;
    this.#send(
      { ...(this.#greeted ? idKey(header.messageId) : {}), status: 'error' },
      JSON.stringify({ result: text }),
    );
    if (!this.#greeted) this.#end();
  }

  #reply(ack: RecordedAck, keys: Readonly<Record<string, string | number>>): void {
    this.#send(ack.type === undefined ? keys : { ...keys, 'content-type': ack.type }, contentText(ack));
  }

  #send(keys: Readonly<Record<string, string | number>>, content: string | Uint8Array): void {
    this.#writer.frame(keys, content);
    this.#sent();
  }

  #sent(): void {
    // What answers one chunk leaves in one write.
    if (!this.#reading) this.#writer.flush();
  }

  #after(delayMs: number, action: () => void): void {
    if (delayMs <= 0) {
      action();
      return;
    }
    const { clock } = this.#options;
    const timer = clock.setTimeout(
      () => {
        this.#timers.delete(timer);
        action();
      },
      delayMs,
      { ref: true },
    );
    this.#timers.add(timer);
  }
}

function requestOf({ text, bytes }: Frame): { readonly action?: string; readonly content: RecordedContent } {
  if (text !== undefined) return contentPieces(text, 'value');
  return { content: { base64: Buffer.from(bytes ?? []).toString('base64') } };
}

const idKey = (id: unknown): Readonly<Record<string, number>> =>
  typeof id === 'number' ? { 'message-id': id } : {};

const statusKey = ({ status }: RecordedAck): Readonly<Record<string, string>> =>
  status === undefined ? {} : { status };

/** What the header of an error to a legacy client says beside its length. */
const errorKeys = ({ status, code }: RecordedAck): Readonly<Record<string, string>> =>
  status === 'error' ? { status, ...(code === undefined ? {} : { code }) } : {};
