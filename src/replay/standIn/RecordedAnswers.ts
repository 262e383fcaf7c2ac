import { checkArgument, shapes } from '../../runtime/checkArguments';
import type {
  RecordedAck,
  RecordedClose,
  RecordedEvent,
  RecordedMessage,
} from '../../recording/RecordedEvent';
import type { CompareOptions } from '../verdict/CompareOptions';
import { type KeyHash, KeyIndex } from '../large/KeyIndex';
import { type NearestRecorded, describeNearest, nearestMessage } from './nearestMessage';
import { RecordedMessages } from './RecordedMessages';
import { recordedValue } from '../../recording/content/recordedValue';
import { ComparisonRules } from '../verdict/ComparisonRules';

/** What the recording says to a message. */
export interface RecordedAnswer {
  readonly message: RecordedMessage;
  /** In their order; those with status `next` come before the final one. Delays: `ack.at - message.at`. */
  readonly acks: readonly RecordedAck[];
  /** Set when the host closed the connection instead of a final answer. */
  readonly dropped: RecordedClose | undefined;
  /**
   * Set when the host closed the connection, and nothing else was sent on it that is not used: with this
   * message it is over.
   */
  readonly ended: RecordedClose | undefined;
  /**
   * Whether the recorded connection went on after this answer: with another message, or, where there had been
   * several, until the client ended it.
   */
  readonly keeps: boolean;
  /**
   * `next`: what its connection expected. `elsewhere`: the same message at another place. `repeated`: used
   * before (lenient).
   */
  readonly match: 'next' | 'elsewhere' | 'repeated';
}

/** How messages are matched. */
export interface RecordedAnswersOptions extends CompareOptions {
  /**
   * `strict` (default): each recorded message answers once, in its order. `lenient`: what is used up answers
   * again, leftovers are fine.
   */
  readonly mode?: 'strict' | 'lenient';
}

/** A message that is not in the recording. */
export interface UnknownMessage {
  readonly action: string;
  readonly value: unknown;
  /** The recorded one of that action that is most like it; absent when there is none. */
  readonly nearest?: NearestRecorded;
}

/** What was asked for, against what the recording held. */
export interface AnswersReport {
  readonly passed: boolean;
  readonly answered: number;
  readonly repeated: number;
  /** Messages that are not in the recording; the first 100. */
  readonly unknown: readonly UnknownMessage[];
  readonly unknownCount: number;
  /** Messages that came before others of their connection; the first 100. */
  readonly outOfOrder: readonly RecordedMessage[];
  readonly outOfOrderCount: number;
  /** Recorded messages nobody asked for; the first 100. */
  readonly leftovers: readonly RecordedMessage[];
  readonly leftoverCount: number;
  /** Of what fewer were answered than `minCompared` wants, a sentence each. */
  readonly shortfalls: readonly string[];
  /** Rules that met nothing. */
  readonly unusedRules: readonly string[];
}

const { none } = RecordedMessages;
const SHOWN = 100;
/** So many equal messages are looked at for the likeliest. */
const MAX_CANDIDATES = 1000;

/**
 * Answers from a recording. A message matches what its connection expects next; else the first unused message
 * with the same action and an equal value under the rules; else it is unknown. A live connection plays the
 * recorded one that its first message belongs to.
 *
 * Of a recorded message and its answer some 70 bytes stay in memory (a hash of action and value, the order of
 * its connection, places); what they contain lies in a temporary file as far as it is more than 16 MiB, until
 * `close`.
 *
 * @example
 * const answers = new RecordedAnswers();
 * for await (const event of readRecording('session.ndjson'))
 *   if (event.side === 'Telegram') answers.add(event);
 * answers.answer(link, 'Status', { unit: 4 })?.acks;
 */
export class RecordedAnswers {
  readonly #mode: 'strict' | 'lenient';
  readonly #rules: ComparisonRules;
  readonly #messages: RecordedMessages;
  #anyRedacted = false;
  readonly #playing = new WeakMap<object, number>();
  readonly #unknown: UnknownMessage[] = [];
  readonly #outOfOrder: RecordedMessage[] = [];
  #unknownCount = 0;
  #outOfOrderCount = 0;
  #answered = 0;
  /** By action, repeated ones too; only those that a rule counts. */
  readonly #answeredOf = new Map<string, number>();
  #repeated = 0;
  #final: AnswersReport | undefined;

  /** @throws BadOption (ERR_BAD_OPTION) for a rule that is none. */
  constructor(options: RecordedAnswersOptions = {}) {
    checkArgument('RecordedAnswers: the options', options, shapes.object);
    this.#mode = options.mode ?? 'strict';
    this.#rules = new ComparisonRules(options);
    this.#messages = new RecordedMessages((message) =>
      message.redacted === undefined
        ? this.#keyOf(message.action, recordedValue(message))
        : redactedKey(message.action),
    );
  }

  /**
   * Takes the next event of the recording; all of one side.
   *
   * @throws BadOption (ERR_BAD_OPTION) when there is no room for a temporary file.
   */
  add(event: RecordedEvent): void {
    if (event.kind === 'message' && event.redacted !== undefined) this.#anyRedacted = true;
    this.#messages.add(event);
  }

  /**
   * The answer to a message, which is used up by it; undefined when it is unknown.
   *
   * @param connection any object that stands for the live connection the message came on.
   */
  answer(connection: object, action: string, value: unknown): RecordedAnswer | undefined {
    if (this.#final !== undefined) return undefined;
    const messages = this.#messages;
    const key = this.#keyOf(action, value);
    const hidden = this.#anyRedacted ? redactedKey(action) : undefined;
    const matches = (row: number): boolean => this.#matches(row, key, hidden, action, value);
    const playing = this.#playing.get(connection);
    const expected = playing === undefined ? none : messages.nextOn(playing);
    if (expected !== none && matches(expected)) return this.#use(connection, expected, action, 'next');
    const keys = hidden === undefined ? [key] : [key, hidden];
    const found = this.#pick(keys, matches);
    if (found !== none) {
      const begins =
        playing === undefined && !messages.isClaimed(messages.linkOf(found)) && messages.isNext(found);
      return this.#use(connection, found, action, begins ? 'next' : 'elsewhere');
    }
    const last = keys.map((one) => messages.last(one)).find((row) => row !== none && matches(row));
    if (this.#mode === 'lenient' && last !== undefined) {
      this.#repeated += 1;
      this.#count(action);
      return this.#answerOf(last, 'repeated');
    }
    this.#unknownCount += 1;
    if (this.#unknown.length < SHOWN) {
      const nearest = nearestMessage(messages, this.#rules, action, value);
      this.#unknown.push({ action, value, ...(nearest === undefined ? {} : { nearest }) });
    }
    return undefined;
  }

  /** Why a message turned out unknown, for whoever asked; '' once there were too many to look at each. */
  whyUnknown(action: string, value: unknown): string {
    const unknown = this.#unknown.findLast((one) => one.action === action && one.value === value);
    return unknown === undefined ? '' : describeNearest(unknown.nearest);
  }

  /** Where it stands; asked at the end, `passed` is the verdict. */
  report(): AnswersReport {
    if (this.#final !== undefined) return this.#final;
    const leftoverCount = this.#messages.length - this.#answered;
    const leftovers: RecordedMessage[] = [];
    for (let row = 0; leftovers.length < Math.min(SHOWN, leftoverCount); row += 1) {
      if (!this.#messages.isUsed(row)) leftovers.push(this.#messages.messageAt(row));
    }
    const strictly = leftoverCount === 0 && this.#outOfOrderCount === 0;
    const answered = this.#answered + this.#repeated;
    const shortfalls = this.#rules.shortfalls(answered, (action) => this.#answeredOf.get(action) ?? 0);
    return {
      passed:
        answered > 0 &&
        shortfalls.length === 0 &&
        this.#unknownCount === 0 &&
        (this.#mode === 'lenient' || strictly),
      answered: this.#answered,
      repeated: this.#repeated,
      unknown: this.#unknown,
      unknownCount: this.#unknownCount,
      outOfOrder: this.#outOfOrder,
      outOfOrderCount: this.#outOfOrderCount,
      leftovers,
      leftoverCount,
      shortfalls,
      unusedRules: this.#rules.unused,
    };
  }

  /** Gives back the temporary file. The report stays as it is now, and nothing more is answered. */
  close(): void {
    this.#final ??= this.report();
    this.#messages.close();
  }

  #count(action: string): void {
    if (!this.#rules.counts(action)) return;
    this.#answeredOf.set(action, (this.#answeredOf.get(action) ?? 0) + 1);
  }

  #keyOf(action: string, value: unknown): KeyHash {
    return KeyIndex.hash(`${JSON.stringify(action)} ${this.#rules.comparerOf(action).key(value, 'value')}`);
  }

  #matches(row: number, key: KeyHash, hidden: KeyHash | undefined, action: string, value: unknown): boolean {
    const redacted = this.#messages.isRedacted(row);
    const wanted = redacted ? hidden : key;
    if (wanted === undefined || !this.#messages.has(row, wanted)) return false;
    if (!redacted && !this.#rules.comparerOf(action).hasTolerance) return true;
    const message = this.#messages.messageAt(row);
    return (
      this.#rules.comparerOf(action).compare(recordedValue(message), value, 'value', message.redacted).changes
        .length === 0
    );
  }

  /**
   * A connection that begins with the message is likelier than one in the midst of something else, and that
   * than one out of order.
   */
  #pick(keys: readonly KeyHash[], matches: (row: number) => boolean): number {
    const messages = this.#messages;
    let first: number = none;
    let next: number = none;
    let begin: number = none;
    let candidates = 0;
    for (const key of keys) {
      messages.visit(key, (row) => {
        if (!matches(row)) return 'on';
        if (first === none) first = row;
        if (messages.isNext(row)) {
          if (next === none) next = row;
          if (!messages.isClaimed(messages.linkOf(row))) begin = row;
        }
        candidates += 1;
        return begin !== none || candidates >= MAX_CANDIDATES ? 'stop' : 'on';
      });
      if (begin !== none) return begin;
    }
    return next === none ? first : next;
  }

  #use(connection: object, row: number, action: string, match: 'next' | 'elsewhere'): RecordedAnswer {
    const messages = this.#messages;
    if (!messages.isNext(row) && !this.#rules.isUnordered(action)) {
      this.#outOfOrderCount += 1;
      if (this.#outOfOrder.length < SHOWN) this.#outOfOrder.push(messages.messageAt(row));
    }
    messages.use(row);
    this.#answered += 1;
    this.#count(action);
    const link = messages.linkOf(row);
    if (!this.#playing.has(connection)) this.#playing.set(connection, link);
    return this.#answerOf(
      row,
      match,
      messages.nextOn(link) === none && this.#playing.get(connection) === link,
    );
  }

  #answerOf(row: number, match: RecordedAnswer['match'], isLast = false): RecordedAnswer {
    const messages = this.#messages;
    const acks = messages.acksOf(row);
    const close = messages.closeOf(messages.linkOf(row));
    const last = acks[acks.length - 1];
    const answered = messages.isUnanswerable(row) || (last !== undefined && last.status !== 'next');
    return {
      message: messages.messageAt(row),
      acks,
      dropped: !answered && close?.from !== 'client' ? close : undefined,
      ended: isLast && close?.from === 'host' ? close : undefined,
      keeps: messages.hasAfter(row) || (!messages.isFirst(row) && close?.from !== 'host'),
      match,
    };
  }
}

/** No key of a message begins like this. */
const redactedKey = (action: string): KeyHash => KeyIndex.hash(`redacted ${JSON.stringify(action)}`);
