import type { Clock } from '../runtime/Clock';
import type { Frame } from '../streams/Frame';
import { FrameParser } from '../streams/FrameParser';
import { FrameWriter } from '../streams/FrameWriter';
import type { Link } from '../streams/Link';
import { contentPieces } from './contentPieces';
import { contentText } from './contentText';
import type { RecordedAnswer } from './RecordedAnswer';
import type { RecordedAnswers } from './RecordedAnswers';
import type { RecordedAck, RecordedContent } from './RecordedEvent';
import { recordedValue } from './recordedValue';

/** How a stand-in speaks. */
export interface StandInConnectionOptions {
  readonly answers: RecordedAnswers;
  /** Whether it greets native clients, as the recorded peer did. */
  readonly native: boolean;
  /** Waits as long as the recorded peer took. */
  readonly delays: boolean;
  readonly clock: Clock;
  readonly maxContentBytes?: number;
}

/** Not more than a client may have waiting; the recorded peer's own limit is not recorded. */
const maxInFlight = 65_536;

/** One connection of a stand-in: answers each request from the recording, drops the connection where the recorded peer did. */
export class StandInConnection {
  readonly #link: Link;
  readonly #options: StandInConnectionOptions;
  readonly #parser: FrameParser;
  readonly #writer: FrameWriter;
  readonly #timers = new Set<unknown>();
  readonly #cancelled = new Set<unknown>();
  #greeted = false;
  #legacy = false;

  constructor(link: Link, options: StandInConnectionOptions, onClose: () => void) {
    this.#link = link;
    this.#options = options;
    const { maxContentBytes = 256 * 1024 * 1024 } = options;
    this.#parser = new FrameParser({
      maxContentBytes,
      peer: link.peer,
      onFrame: (frame) => this.#request(frame),
    });
    this.#writer = new FrameWriter((bytes) => link.write(bytes));
    link.open({
      data: (chunk) => this.#read(chunk),
      end: () => {
        // A legacy client may end its direction and still wait for its answer (protocol 1.3).
        if (this.#timers.size === 0 || this.#greeted) link.end();
      },
      drain: () => undefined,
      close: () => {
        this.#parser.stop();
        for (const timer of this.#timers) options.clock.clearTimeout(timer);
        this.#timers.clear();
        onClose();
      },
    });
  }

  #read(chunk: Uint8Array): void {
    try {
      this.#parser.push(chunk);
    } catch {
      // What is no frame was not recorded either.
      this.#link.destroy();
    }
  }

  #request(frame: Frame): void {
    const { header } = frame;
    const native = this.#options.native && (this.#greeted || header.native === 1);
    if (native && header.cancel !== undefined) {
      this.#cancelled.add(header.cancel);
      return;
    }
    if (native && (header.ping !== undefined || header.pong !== undefined)) {
      if (header.ping !== undefined) this.#send({ pong: 1 }, '');
      return;
    }
    if (native && !this.#greeted && header.connection === 'keep-alive') this.#greet();
    // A legacy connection carries one request (protocol 1.3).
    if (!this.#greeted && this.#legacy) return;
    this.#legacy = !this.#greeted;
    const { action, content } = requestOf(frame);
    const answer = this.#options.answers.answer(
      this,
      action ?? (native && typeof header.action === 'string' ? header.action : ''),
      recordedValue(content),
    );
    const unconfirmed = native && header.ack === 'none';
    if (answer === undefined) {
      if (!unconfirmed) this.#refuse(header.messageId, action ?? '');
      return;
    }
    this.#answer(answer, header.messageId, unconfirmed);
  }

  #greet(): void {
    this.#greeted = true;
    const hello = { 'max-in-flight': maxInFlight, 'max-content-bytes': 256 * 1024 * 1024, 'heartbeat-ms': 0 };
    this.#send({ status: 'hello', native: 1 }, JSON.stringify({ ...hello, dedup: false }));
  }

  #answer({ message, acks, dropped }: RecordedAnswer, id: unknown, unconfirmed: boolean): void {
    acks.forEach((ack, index) => {
      this.#after(ack.at - message.at, () => {
        if (unconfirmed || this.#cancelled.has(id)) return;
        if (this.#greeted) this.#reply(ack, { ...idKey(id), ...statusKey(ack) });
        else if (ack.status !== 'next' && index === acks.length - 1) this.#replyOnce(ack);
      });
    });
    if (dropped === undefined) return;
    this.#after(dropped.at - message.at, () =>
      dropped.how === 'fin' ? this.#link.end() : this.#link.reset(),
    );
  }

  /** To a legacy client: one frame, then the end. */
  #replyOnce(ack: RecordedAck): void {
    this.#reply(ack, ack.status === 'error' ? { status: 'error' } : {});
    this.#link.end();
  }

  #refuse(id: unknown, action: string): void {
    const error = {
      code: 'ERR_NOT_RECORDED',
      message: `the recording holds no (further) such message: ${action}`,
    };
    if (this.#greeted) {
      this.#send({ ...idKey(id), status: 'error' }, JSON.stringify({ result: error }));
      return;
    }
    this.#send({ status: 'error' }, JSON.stringify({ result: `Error: ${error.code}: ${error.message}` }));
    this.#link.end();
  }

  #reply(ack: RecordedAck, keys: Readonly<Record<string, string | number>>): void {
    this.#send(ack.type === undefined ? keys : { ...keys, 'content-type': ack.type }, contentText(ack));
  }

  #send(keys: Readonly<Record<string, string | number>>, content: string | Uint8Array): void {
    this.#writer.frame(keys, content);
    this.#writer.flush();
  }

  #after(delayMs: number, action: () => void): void {
    if (!this.#options.delays || delayMs <= 0) {
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
