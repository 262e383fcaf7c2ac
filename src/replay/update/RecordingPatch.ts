import type { RecordedEvent } from '../../recording/RecordedEvent';
import type { ComparedEvent } from '../verdict/ComparisonListener';

/** Something that is put between two lines. */
export interface Insertion {
  readonly event: RecordedEvent;
  /** Milliseconds after the line before it. */
  readonly afterMs: number;
  /** It stands elsewhere in the recording and moves here. */
  readonly isMoved: boolean;
}

/** A recorded send: whether an answer was asked for, and the lines of its answers. */
interface Answers {
  readonly asked: boolean;
  readonly places: number[];
}

/** What is to be done to the lines of a recording; a line is named by its place, from 0 over all files. */
export class RecordingPatch {
  readonly #actual: readonly RecordedEvent[];
  readonly #changed = new Map<number, ComparedEvent>();
  readonly #removed = new Set<number>();
  /** By place in the replay: what is new, and what moves there. */
  readonly #new = new Map<number, ComparedEvent>();
  /** By place in the replay: the line it belongs to; -1: none. */
  readonly #counterparts: Int32Array;
  /** Messages to a host in the replay, and ends of its connections, by what they are named. */
  readonly #named = new Map<string, number>();
  readonly #placesOfMessages = new Map<string, number>();
  readonly #closes = new Map<number, number>();
  readonly #opens = new Map<number, number>();
  /** Recorded sends, with whether they have an answer. */
  readonly #sends = new Map<string, Answers>();
  /** Sends that did not come, or come at another place. */
  readonly #removedSends = new Set<string>();
  readonly #movedSends = new Set<string>();
  /** Lines that move, and the places in the replay that they go to. */
  readonly #moved = new Set<number>();
  readonly #movedTo = new Set<number>();
  readonly #leftOnLink = new Map<number, number>();
  /** Connections of clients in the replay and in the recording. */
  readonly #links = new Map<number, number>();
  readonly #lastIds = new Map<number, number>();
  /** By send of the replay: the lines of its recorded answers. */
  readonly #answers = new Map<string, { readonly places: readonly number[]; next: number }>();
  #lastLink = 0;
  #insertions: Map<number, Insertion[]> | undefined;

  constructor(actual: readonly RecordedEvent[]) {
    this.#actual = actual;
    this.#counterparts = new Int32Array(actual.length).fill(-1);
    actual.forEach((event, place) => {
      if (event.side === 'host') this.#named.set(nameOf(event), place);
    });
  }

  /** Takes the next event of the recording. */
  recorded(event: RecordedEvent, place: number): void {
    const { kind, side, link } = event;
    this.#lastLink = Math.max(this.#lastLink, link);
    if (kind === 'open') this.#opens.set(link, place);
    if (kind === 'close') this.#closes.set(link, place);
    if (kind === 'message') {
      this.#placesOfMessages.set(nameOf(event), place);
      this.#lastIds.set(link, Math.max(this.#lastIds.get(link) ?? 0, event.id));
    }
    if (side === 'host') {
      const counterpart = kind === 'ack' ? undefined : this.#named.get(nameOf(event));
      if (counterpart !== undefined) this.#counterparts[counterpart] = place;
    } else if (kind === 'message') {
      this.#sends.set(sendName(event), { asked: event.confirm !== false, places: [] });
      this.#leftOnLink.set(link, (this.#leftOnLink.get(link) ?? 0) + 1);
    } else if (kind === 'ack') this.#sends.get(sendName(event))?.places.push(place);
  }

  /** Two events belong together. */
  pair(place: number, actualPlace: number, expected: ComparedEvent, actual: ComparedEvent): void {
    this.#counterparts[actualPlace] = place;
    if (expected.side === 'host') return;
    if (!this.#links.has(actual.link)) this.#links.set(actual.link, expected.link);
    const places = this.#sends.get(sendName(expected))?.places ?? [];
    this.#answers.set(sendName(actual), { places, next: 0 });
  }

  change(place: number, event: ComparedEvent): void {
    this.#changed.set(place, event);
  }

  remove(place: number, event: ComparedEvent): void {
    this.#removed.add(place);
    if (event.side === 'host') return;
    this.#removedSends.add(sendName(event));
    this.#leftOnLink.set(event.link, (this.#leftOnLink.get(event.link) ?? 0) - 1);
  }

  /** Something of the replay is new. */
  add(actualPlace: number): void {
    this.#new.set(actualPlace, this.#actual[actualPlace] as ComparedEvent);
  }

  /** A line moves to where its counterpart is in the replay. */
  move(place: number, event: ComparedEvent, actualPlace: number): void {
    this.#removed.add(place);
    this.#counterparts[actualPlace] = -1;
    this.#new.set(actualPlace, this.#changed.get(place) ?? event);
    this.#moved.add(place);
    this.#movedTo.add(actualPlace);
    if (event.side !== 'host') this.#movedSends.add(sendName(event));
  }

  /** Whether the recording holds an answer to a send. */
  isAnswered(send: ComparedEvent): boolean {
    const { asked = false, places = [] } = this.#sends.get(sendName(send)) ?? {};
    return asked && places.length > 0;
  }

  /** Whether a send of the replay was answered by an error that holds the text. */
  isUnknown(send: ComparedEvent, text: string): boolean {
    return this.#actual.some(
      (event) =>
        event.kind === 'ack' &&
        event.side === send.side &&
        event.link === send.link &&
        event.id === send.id &&
        (event.text ?? event.content ?? '').includes(text),
    );
  }

  /** Whether a line goes to another place. */
  moves(place: number): boolean {
    return this.#moved.has(place);
  }

  /** What becomes of a line: another event, undefined when it goes, or the same. */
  lineOf(event: RecordedEvent, place: number): RecordedEvent | undefined {
    if (this.#removed.has(place)) return undefined;
    if (event.side !== 'host') {
      const isOfSend = event.kind === 'ack' || event.kind === 'cancel';
      if (isOfSend && this.#removedSends.has(sendName(event))) return undefined;
      const isOfLink = event.kind === 'open' || event.kind === 'close';
      if (isOfLink && this.#leftOnLink.get(event.link) === 0) return undefined;
    }
    return this.#changed.get(place) ?? event;
  }

  /** What is put behind a line. */
  after(place: number): readonly Insertion[] {
    this.#insertions ??= this.#place();
    return this.#insertions.get(place) ?? [];
  }

  /** Where the answers of a send go that moves behind them; undefined when they stay. */
  movesBehind(event: RecordedEvent, place: number): Insertion[] | undefined {
    if ((event.kind !== 'ack' && event.kind !== 'cancel') || event.side === 'host') return undefined;
    if (!this.#movedSends.has(sendName(event))) return undefined;
    this.#insertions ??= this.#place();
    for (const [anchor, insertions] of this.#insertions) {
      if (anchor < place) continue;
      const index = insertions.findIndex(
        (insertion) => insertion.event.kind === 'message' && sendName(insertion.event) === sendName(event),
      );
      if (index >= 0) return insertions;
    }
    return undefined;
  }

  /** Finds the line behind which everything new belongs: that of the event before it in the replay. */
  #place(): Map<number, Insertion[]> {
    const insertions = new Map<number, Insertion[]>();
    /** New sends, whose answers follow: by connection and id of the replay, with those of the recording. */
    const answers = new Map<string, { link: number; id: number }>();
    const newLinks = this.#newLinks();
    let anchor = -1;
    let anchorAt = 0;
    this.#actual.forEach((event, place) => {
      const counterpart = this.#counterpart(event, place);
      if (counterpart >= 0) {
        anchor = counterpart;
        anchorAt = event.at;
        return;
      }
      const added = this.#new.get(place);
      const isMoved = this.#movedTo.has(place);
      const placed = this.#asRecorded(added ?? event, added !== undefined, isMoved, answers, newLinks);
      if (placed === undefined) return;
      const line = this.#within(anchor, placed);
      const others = insertions.get(line) ?? [];
      const afterMs = Math.max(0, Math.round((event.at - anchorAt) * 1000) / 1000);
      others.push({ event: placed, afterMs, isMoved });
      insertions.set(line, others);
    });
    return insertions;
  }

  #counterpart(event: RecordedEvent, place: number): number {
    if (event.kind !== 'ack' || event.side === 'host') return this.#counterparts[place] ?? -1;
    const answers = this.#answers.get(sendName(event));
    if (answers === undefined) return -1;
    answers.next += 1;
    return answers.places[answers.next - 1] ?? -1;
  }

  /** Connections of clients that the recording does not have, as far as something new was sent on them. */
  #newLinks(): Map<number, number> {
    const links = new Map<number, number>();
    for (const { side, link, kind } of this.#new.values()) {
      if (kind !== 'message' || side === 'host' || this.#links.has(link) || links.has(link)) continue;
      links.set(link, this.#lastLink + links.size + 1);
    }
    return links;
  }

  /** What is new, under the numbers of the recording; undefined for what is none of it. */
  #asRecorded(
    event: RecordedEvent,
    isNew: boolean,
    isMoved: boolean,
    answers: Map<string, { link: number; id: number }>,
    newLinks: ReadonlyMap<number, number>,
  ): RecordedEvent | undefined {
    if (isMoved || event.side === 'host') return isNew ? event : undefined;
    const ownLink = newLinks.get(event.link);
    if (event.kind === 'message' && isNew) {
      const link = ownLink ?? this.#links.get(event.link) ?? event.link;
      const id = ownLink === undefined ? (this.#lastIds.get(link) ?? 0) + 1 : event.id;
      this.#lastIds.set(link, id);
      answers.set(sendName(event), { link, id });
      return { ...event, link, id };
    }
    if (event.kind === 'ack' || event.kind === 'cancel') {
      const numbers = answers.get(sendName(event));
      return numbers === undefined ? undefined : { ...event, ...numbers };
    }
    return ownLink === undefined ? undefined : { ...event, link: ownLink };
  }

  /** Not before the message it answers or the begin of its connection, and not after the end of that. */
  #within(anchor: number, event: RecordedEvent): number {
    const isAnswer = event.kind === 'ack' && event.side === 'host';
    const begin = isAnswer ? this.#placesOfMessages.get(nameOf(event)) : this.#opens.get(event.link);
    const end = this.#closes.get(event.link);
    // The header is the first line.
    return Math.min(Math.max(anchor, begin ?? 0, 0), end === undefined ? Infinity : end - 1);
  }
}

/** What an event of a host is named, alike in a recording and its replay. */
function nameOf(event: RecordedEvent): string {
  switch (event.kind) {
    case 'message':
    case 'ack':
      return `message ${event.link} ${event.id}`;
    case 'cancel':
      return `cancel ${event.link} ${event.id}`;
    case 'open':
    case 'close':
    case 'error':
      return `${event.kind} ${event.link}`;
    default:
      return event satisfies never;
  }
}

const sendName = (event: RecordedEvent & { readonly id?: number }): string =>
  `${event.side} ${event.link} ${event.id ?? ''}`;
