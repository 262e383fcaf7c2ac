import type { CompareOptions } from './CompareOptions';
import type { RecordedAck, RecordedClose, RecordedEvent, RecordedMessage } from './RecordedEvent';
import type { RecordedAnswer } from './RecordedAnswer';
import { recordedValue } from './recordedValue';
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

interface Entry {
  readonly message: RecordedMessage;
  readonly link: RecordedLink;
  readonly key: string;
  readonly acks: RecordedAck[];
  used: boolean;
}

interface RecordedLink {
  readonly entries: Entry[];
  /** Index of the first entry that is not used. */
  next: number;
  /** A live connection plays this one. */
  claimed: boolean;
  close: RecordedClose | undefined;
}

const shown = 100;

/**
 * Answers from a recording. A message matches what its connection expects next; else the first unused message with the same action and an
 * equal value under the rules; else it is unknown. A live connection plays the recorded one that its first message belongs to.
 *
 * Holds the messages of one side in memory.
 *
 * @example
 * const answers = new RecordedAnswers();
 * for await (const event of readRecording('session.ndjson')) if (event.side === 'Telegram') answers.add(event);
 * answers.answer(link, 'Status', { unit: 4 })?.acks;
 */
export class RecordedAnswers {
  readonly #mode: 'strict' | 'lenient';
  readonly #comparer: ValueComparer;
  readonly #links = new Map<number, RecordedLink>();
  readonly #byKey = new Map<string, Entry[]>();
  /** By action: messages that hide a part of their value, so that their key says nothing. */
  readonly #redacted = new Map<string, Entry[]>();
  readonly #byId = new Map<string, Entry>();
  readonly #playing = new WeakMap<object, RecordedLink>();
  readonly #unknown: { readonly action: string; readonly value: unknown }[] = [];
  readonly #outOfOrder: RecordedMessage[] = [];
  #unknownCount = 0;
  #outOfOrderCount = 0;
  #answered = 0;
  #repeated = 0;

  /** @throws BadOption (ERR_BAD_OPTION) for a rule that is none. */
  constructor(options: RecordedAnswersOptions = {}) {
    this.#mode = options.mode ?? 'strict';
    this.#comparer = new ValueComparer(options);
  }

  /** Takes the next event of the recording; all of one side. */
  add(event: RecordedEvent): void {
    if (event.kind === 'message') this.#addMessage(event);
    else if (event.kind === 'ack') this.#byId.get(idOf(event.link, event.id))?.acks.push(event);
    else if (event.kind === 'close') this.#link(event.link).close = event;
  }

  /**
   * The answer to a message, which is used up by it; undefined when it is unknown.
   *
   * @param connection any object that stands for the live connection the message came on.
   */
  answer(connection: object, action: string, value: unknown): RecordedAnswer | undefined {
    const claimed = this.#playing.get(connection);
    const key = this.#key(action, value);
    const matches = (entry: Entry): boolean => this.#matches(entry, action, key, value);
    const expected = claimed?.entries[claimed.next];
    if (expected !== undefined && matches(expected)) return this.#use(connection, expected, 'next');
    const candidates = [this.#byKey.get(key), this.#redacted.get(action)].filter((one) => one !== undefined);
    for (const entries of candidates) {
      // The last stays: a lenient answer repeats it.
      while (entries.length > 1 && entries[0]?.used === true) entries.shift();
    }
    const found = pick(candidates, matches);
    if (found !== undefined) {
      const fresh = claimed === undefined && !found.link.claimed && isNext(found);
      return this.#use(connection, found, fresh ? 'next' : 'elsewhere');
    }
    const last = candidates.flatMap((entries) => entries.slice(-1)).find(matches);
    if (this.#mode === 'lenient' && last !== undefined) {
      this.#repeated += 1;
      return answerOf(last, 'repeated');
    }
    this.#unknownCount += 1;
    if (this.#unknown.length < shown) this.#unknown.push({ action, value });
    return undefined;
  }

  /** Where it stands; asked at the end, `passed` is the verdict. */
  report(): AnswersReport {
    const leftovers = [...this.#links.values()].flatMap(({ entries, next }) =>
      entries.slice(next).filter(({ used }) => !used),
    );
    const strictly = leftovers.length === 0 && this.#outOfOrderCount === 0;
    const answered = this.#answered + this.#repeated;
    return {
      passed: answered > 0 && this.#unknownCount === 0 && (this.#mode === 'lenient' || strictly),
      answered: this.#answered,
      repeated: this.#repeated,
      unknown: this.#unknown,
      unknownCount: this.#unknownCount,
      outOfOrder: this.#outOfOrder,
      outOfOrderCount: this.#outOfOrderCount,
      leftovers: leftovers.slice(0, shown).map(({ message }) => message),
      leftoverCount: leftovers.length,
      unusedRules: this.#comparer.unusedRules,
    };
  }

  #addMessage(message: RecordedMessage): void {
    const link = this.#link(message.link);
    const key = this.#key(message.action, recordedValue(message));
    const entry: Entry = { message, link, key, acks: [], used: false };
    link.entries.push(entry);
    this.#byId.set(idOf(message.link, message.id), entry);
    if (message.redacted === undefined) append(this.#byKey, key, entry);
    else append(this.#redacted, message.action, entry);
  }

  #link(number: number): RecordedLink {
    let link = this.#links.get(number);
    if (link === undefined) {
      link = { entries: [], next: 0, claimed: false, close: undefined };
      this.#links.set(number, link);
    }
    return link;
  }

  #key(action: string, value: unknown): string {
    return `${JSON.stringify(action)} ${this.#comparer.key(value, 'value')}`;
  }

  #matches({ message, key: recorded }: Entry, action: string, key: string, value: unknown): boolean {
    if (message.redacted === undefined && (recorded !== key || !this.#comparer.hasTolerance))
      return recorded === key;
    if (message.action !== action) return false;
    return (
      this.#comparer.compare(recordedValue(message), value, 'value', message.redacted).changes.length === 0
    );
  }

  #use(connection: object, entry: Entry, match: 'next' | 'elsewhere'): RecordedAnswer {
    const { link } = entry;
    if (!isNext(entry)) {
      this.#outOfOrderCount += 1;
      if (this.#outOfOrder.length < shown) this.#outOfOrder.push(entry.message);
    }
    entry.used = true;
    while (link.entries[link.next]?.used === true) link.next += 1;
    if (!this.#playing.has(connection)) this.#playing.set(connection, link);
    link.claimed = true;
    this.#answered += 1;
    return answerOf(entry, match);
  }
}

function append(map: Map<string, Entry[]>, key: string, entry: Entry): void {
  const entries = map.get(key);
  if (entries === undefined) map.set(key, [entry]);
  else entries.push(entry);
}

/** A connection that begins with the message is likelier than one in the midst of something else, and that than one out of order. */
function pick(lists: readonly (readonly Entry[])[], matches: (entry: Entry) => boolean): Entry | undefined {
  let next: Entry | undefined;
  let any: Entry | undefined;
  for (const entries of lists) {
    for (const entry of entries) {
      if (entry.used || !matches(entry)) continue;
      if (isNext(entry) && !entry.link.claimed) return entry;
      if (isNext(entry)) next ??= entry;
      any ??= entry;
    }
  }
  return next ?? any;
}

const idOf = (link: number, id: number): string => `${link} ${id}`;

const isNext = (entry: Entry): boolean => entry.link.entries[entry.link.next] === entry;

function answerOf(entry: Entry, match: RecordedAnswer['match']): RecordedAnswer {
  const { close } = entry.link;
  const last = entry.acks[entry.acks.length - 1];
  const answered = last !== undefined && last.status !== 'next';
  const dropped = !answered && close !== undefined && close.from !== 'client' ? close : undefined;
  return { message: entry.message, acks: entry.acks, dropped, match };
}
