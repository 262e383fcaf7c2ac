import { Column } from './Column';
import type { CompareOptions } from './CompareOptions';
import { KeyIndex, type KeyHash } from './KeyIndex';
import type {
  RecordedAck,
  RecordedCancel,
  RecordedClose,
  RecordedEvent,
  RecordedMessage,
} from './RecordedEvent';
import type { RecordedAnswer } from './RecordedAnswer';
import { recordedValue } from './recordedValue';
import { SpillStore } from './SpillStore';
import { ValueComparer } from './ValueComparer';

/** How messages are matched. */
export interface RecordedAnswersOptions extends CompareOptions {
  /** `strict` (default): each recorded message answers once, in its order. `lenient`: what is used up answers again, leftovers are fine. */
  readonly mode?: 'strict' | 'lenient';
}

/** What was asked for, against what the recording held. */
export interface AnswersReport {
  readonly passed: boolean;
  readonly answered: number;
  readonly repeated: number;
  /** Messages that are not in the recording; the first 100. */
  readonly unknown: readonly { readonly action: string; readonly value: unknown }[];
  readonly unknownCount: number;
  /** Messages that came before others of their connection; the first 100. */
  readonly outOfOrder: readonly RecordedMessage[];
  readonly outOfOrderCount: number;
  /** Recorded messages nobody asked for; the first 100. */
  readonly leftovers: readonly RecordedMessage[];
  readonly leftoverCount: number;
  /** Rules that met nothing. */
  readonly unusedRules: readonly string[];
}

/** A recorded connection that is not at its end while the recording is read. */
interface OpenLink {
  readonly link: number;
  /** Messages without their final answer, by id. */
  readonly messages: Map<number, { readonly row: number; lastAck: number }>;
}

/** Hides a part of its value, so that its key is its action alone. */
const isRedacted = 1;
/** Was to have no answer: not wanted at all, or no longer. */
const isUnanswerable = 2;

const none = -1;
const shown = 100;
/** So many equal messages are looked at for the likeliest. */
const maxCandidates = 1000;

/**
 * Answers from a recording. A message matches what its connection expects next; else the first unused message with the same action and an
 * equal value under the rules; else it is unknown. A live connection plays the recorded one that its first message belongs to.
 *
 * Of a recorded message and its answer some 70 bytes stay in memory (a hash of action and value, the order of its connection, places); what
 * they contain lies in a temporary file as far as it is more than 16 MiB, until `close`.
 *
 * @example
 * const answers = new RecordedAnswers();
 * for await (const event of readRecording('session.ndjson')) if (event.side === 'Telegram') answers.add(event);
 * answers.answer(link, 'Status', { unit: 4 })?.acks;
 */
export class RecordedAnswers {
  readonly #mode: 'strict' | 'lenient';
  readonly #comparer: ValueComparer;
  readonly #contents = new SpillStore();

  // Messages, by row: in the order recorded.
  readonly #keys = new KeyIndex();
  readonly #messages = {
    place: new Column(Float64Array),
    link: new Column(Int32Array),
    /** The next one of its link. */
    after: new Column(Int32Array),
    firstAck: new Column(Int32Array),
    used: new Column(Uint8Array),
    flags: new Column(Uint8Array),
  };
  readonly #acks = { place: new Column(Float64Array), after: new Column(Int32Array) };
  readonly #links = {
    /** The first message that is not used. */
    next: new Column(Int32Array),
    last: new Column(Int32Array),
    close: new Column(Float64Array),
    /** A live connection plays this one. */
    claimed: new Column(Uint8Array),
  };
  readonly #open = new Map<number, OpenLink>();
  #anyRedacted = false;

  readonly #playing = new WeakMap<object, number>();
  readonly #unknown: { readonly action: string; readonly value: unknown }[] = [];
  readonly #outOfOrder: RecordedMessage[] = [];
  #unknownCount = 0;
  #outOfOrderCount = 0;
  #answered = 0;
  #repeated = 0;
  #final: AnswersReport | undefined;

  /** @throws BadOption (ERR_BAD_OPTION) for a rule that is none. */
  constructor(options: RecordedAnswersOptions = {}) {
    this.#mode = options.mode ?? 'strict';
    this.#comparer = new ValueComparer(options);
  }

  /**
   * Takes the next event of the recording; all of one side.
   *
   * @throws BadOption (ERR_BAD_OPTION) when there is no room for a temporary file.
   */
  add(event: RecordedEvent): void {
    if (event.kind === 'message') this.#addMessage(event);
    else if (event.kind === 'ack') this.#addAck(event);
    else if (event.kind === 'cancel') this.#addCancel(event);
    else if (event.kind === 'close') {
      this.#links.close.set(this.#linkOf(event.link).link, this.#contents.add(JSON.stringify(event)));
      this.#open.delete(event.link);
    }
  }

  /**
   * The answer to a message, which is used up by it; undefined when it is unknown.
   *
   * @param connection any object that stands for the live connection the message came on.
   */
  answer(connection: object, action: string, value: unknown): RecordedAnswer | undefined {
    if (this.#final !== undefined) return undefined;
    const key = this.#keyOf(action, value);
    const hidden = this.#anyRedacted ? redactedKey(action) : undefined;
    const matches = (row: number): boolean => this.#matches(row, key, hidden, value);
    const playing = this.#playing.get(connection);
    const expected = playing === undefined ? none : this.#links.next.get(playing);
    if (expected !== none && matches(expected)) return this.#use(connection, expected, 'next');
    const keys = hidden === undefined ? [key] : [key, hidden];
    const found = this.#pick(keys, matches);
    if (found !== none) {
      const free = playing === undefined && this.#links.claimed.get(this.#messages.link.get(found)) === 0;
      return this.#use(connection, found, free && this.#isNext(found) ? 'next' : 'elsewhere');
    }
    const last = keys.map((one) => this.#keys.last(one)).find((row) => row !== none && matches(row));
    if (this.#mode === 'lenient' && last !== undefined) {
      this.#repeated += 1;
      return this.#answerOf(last, 'repeated');
    }
    this.#unknownCount += 1;
    if (this.#unknown.length < shown) this.#unknown.push({ action, value });
    return undefined;
  }

  /** Where it stands; asked at the end, `passed` is the verdict. */
  report(): AnswersReport {
    if (this.#final !== undefined) return this.#final;
    const { used } = this.#messages;
    const leftoverCount = used.length - this.#answered;
    const leftovers: RecordedMessage[] = [];
    for (let row = 0; leftovers.length < Math.min(shown, leftoverCount); row += 1) {
      if (used.get(row) === 0) leftovers.push(this.#messageAt(row));
    }
    const strictly = leftoverCount === 0 && this.#outOfOrderCount === 0;
    const answered = this.#answered + this.#repeated;
    return {
      passed: answered > 0 && this.#unknownCount === 0 && (this.#mode === 'lenient' || strictly),
      answered: this.#answered,
      repeated: this.#repeated,
      unknown: this.#unknown,
      unknownCount: this.#unknownCount,
      outOfOrder: this.#outOfOrder,
      outOfOrderCount: this.#outOfOrderCount,
      leftovers,
      leftoverCount,
      unusedRules: this.#comparer.unusedRules,
    };
  }

  /** Gives back the temporary file. The report stays as it is now, and nothing more is answered. */
  close(): void {
    this.#final ??= this.report();
    this.#contents.close();
  }

  #addMessage(message: RecordedMessage): void {
    const { link, messages } = this.#linkOf(message.link);
    const redacted = message.redacted !== undefined;
    if (redacted) this.#anyRedacted = true;
    const row = this.#keys.add(
      redacted ? redactedKey(message.action) : this.#keyOf(message.action, recordedValue(message)),
    );
    this.#messages.place.push(this.#contents.add(JSON.stringify(message)));
    this.#messages.link.push(link);
    this.#messages.after.push(none);
    this.#messages.firstAck.push(none);
    this.#messages.used.push(0);
    const unconfirmed = message.confirm === false;
    this.#messages.flags.push((redacted ? isRedacted : 0) | (unconfirmed ? isUnanswerable : 0));
    const last = this.#links.last.get(link);
    if (last === none) this.#links.next.set(link, row);
    else this.#messages.after.set(last, row);
    this.#links.last.set(link, row);
    if (!unconfirmed) messages.set(message.id, { row, lastAck: none });
  }

  #addAck(ack: RecordedAck): void {
    const { messages } = this.#linkOf(ack.link);
    const message = messages.get(ack.id);
    if (message === undefined) return;
    const row = this.#acks.place.push(this.#contents.add(JSON.stringify(ack)));
    this.#acks.after.push(none);
    if (message.lastAck === none) this.#messages.firstAck.set(message.row, row);
    else this.#acks.after.set(message.lastAck, row);
    message.lastAck = row;
    if (ack.status !== 'next') messages.delete(ack.id);
  }

  #addCancel({ link, id }: RecordedCancel): void {
    const message = this.#linkOf(link).messages.get(id);
    if (message === undefined) return;
    const { flags } = this.#messages;
    flags.set(message.row, flags.get(message.row) | isUnanswerable);
  }

  #linkOf(number: number): OpenLink {
    let open = this.#open.get(number);
    if (open === undefined) {
      const link = this.#links.next.push(none);
      this.#links.last.push(none);
      this.#links.close.push(none);
      this.#links.claimed.push(0);
      open = { link, messages: new Map() };
      this.#open.set(number, open);
    }
    return open;
  }

  #keyOf(action: string, value: unknown): KeyHash {
    return KeyIndex.hash(`${JSON.stringify(action)} ${this.#comparer.key(value, 'value')}`);
  }

  #matches(row: number, key: KeyHash, hidden: KeyHash | undefined, value: unknown): boolean {
    const redacted = (this.#messages.flags.get(row) & isRedacted) !== 0;
    const wanted = redacted ? hidden : key;
    if (wanted === undefined || !this.#keys.is(row, wanted)) return false;
    if (!redacted && !this.#comparer.hasTolerance) return true;
    const message = this.#messageAt(row);
    return (
      this.#comparer.compare(recordedValue(message), value, 'value', message.redacted).changes.length === 0
    );
  }

  /** A connection that begins with the message is likelier than one in the midst of something else, and that than one out of order. */
  #pick(keys: readonly KeyHash[], matches: (row: number) => boolean): number {
    let first = none;
    let next = none;
    let free = none;
    let candidates = 0;
    for (const key of keys) {
      this.#keys.visit(key, (row) => {
        if (this.#messages.used.get(row) === 1) return 'drop';
        if (!matches(row)) return 'on';
        if (first === none) first = row;
        if (this.#isNext(row)) {
          if (next === none) next = row;
          if (this.#links.claimed.get(this.#messages.link.get(row)) === 0) free = row;
        }
        candidates += 1;
        return free !== none || candidates >= maxCandidates ? 'stop' : 'on';
      });
      if (free !== none) return free;
    }
    return next === none ? first : next;
  }

  #isNext(row: number): boolean {
    return this.#links.next.get(this.#messages.link.get(row)) === row;
  }

  #use(connection: object, row: number, match: 'next' | 'elsewhere'): RecordedAnswer {
    const { used, after } = this.#messages;
    const link = this.#messages.link.get(row);
    if (!this.#isNext(row)) {
      this.#outOfOrderCount += 1;
      if (this.#outOfOrder.length < shown) this.#outOfOrder.push(this.#messageAt(row));
    }
    used.set(row, 1);
    let next = this.#links.next.get(link);
    while (next !== none && used.get(next) === 1) next = after.get(next);
    this.#links.next.set(link, next);
    if (!this.#playing.has(connection)) this.#playing.set(connection, link);
    this.#links.claimed.set(link, 1);
    this.#answered += 1;
    return this.#answerOf(row, match, next === none && this.#playing.get(connection) === link);
  }

  #answerOf(row: number, match: RecordedAnswer['match'], isLast = false): RecordedAnswer {
    const acks: RecordedAck[] = [];
    for (let ack = this.#messages.firstAck.get(row); ack !== none; ack = this.#acks.after.get(ack)) {
      acks.push(this.#eventAt(this.#acks.place.get(ack)) as RecordedAck);
    }
    const link = this.#messages.link.get(row);
    const place = this.#links.close.get(link);
    const close = place === none ? undefined : (this.#eventAt(place) as RecordedClose);
    const last = acks[acks.length - 1];
    const unanswerable = (this.#messages.flags.get(row) & isUnanswerable) !== 0;
    const answered = unanswerable || (last !== undefined && last.status !== 'next');
    return {
      message: this.#messageAt(row),
      acks,
      dropped: !answered && close?.from !== 'client' ? close : undefined,
      ended: isLast && close?.from === 'host' ? close : undefined,
      match,
    };
  }

  #messageAt(row: number): RecordedMessage {
    return this.#eventAt(this.#messages.place.get(row)) as RecordedMessage;
  }

  #eventAt(place: number): RecordedEvent {
    return JSON.parse(this.#contents.get(place)) as RecordedEvent;
  }
}

/** No key of a message begins like this. */
const redactedKey = (action: string): KeyHash => KeyIndex.hash(`redacted ${JSON.stringify(action)}`);
