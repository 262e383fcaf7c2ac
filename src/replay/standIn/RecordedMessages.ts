import { Column } from '../large/Column';
import { KeyIndex, type KeyHash, type Visit } from '../large/KeyIndex';
import type {
  RecordedAck,
  RecordedCancel,
  RecordedClose,
  RecordedEvent,
  RecordedMessage,
} from '../../recording/RecordedEvent';
import { SpillStore } from '../large/SpillStore';

/** A connection that is not at its end while the recording is read. */
interface OpenLink {
  readonly link: number;
  /** Messages without their final answer, by id. */
  readonly messages: Map<number, { readonly row: number; lastAck: number }>;
  /** It was open before the recording began. */
  joined: boolean;
}

const NONE = -1;
/** Was to have no answer: not wanted at all, or no longer. */
const IS_UNANSWERABLE = 1;
const IS_REDACTED = 2;
const IS_USED = 4;
/** The first of its connection. */
const IS_FIRST = 8;

/**
 * The messages of one side of a recording with their answers. A message is a row, numbered from 0 in the
 * order recorded; a connection is a number from 0 too. Some 70 bytes of a row stay in memory; contents lie
 * where `SpillStore` keeps them.
 */
export class RecordedMessages {
  /** Stands for no row. */
  static readonly none = NONE;

  readonly #keyOf: (message: RecordedMessage) => KeyHash;
  readonly #contents = new SpillStore();
  readonly #keys = new KeyIndex();
  readonly #rows = {
    place: new Column(Float64Array),
    link: new Column(Int32Array),
    /** The next one of its link. */
    after: new Column(Int32Array),
    firstAck: new Column(Int32Array),
    flags: new Column(Uint8Array),
  };
  readonly #acks = { place: new Column(Float64Array), after: new Column(Int32Array) };
  readonly #links = {
    /** The first message that is not used. */
    next: new Column(Int32Array),
    last: new Column(Int32Array),
    close: new Column(Float64Array),
    claimed: new Column(Uint8Array),
  };
  readonly #open = new Map<number, OpenLink>();

  constructor(keyOf: (message: RecordedMessage) => KeyHash) {
    this.#keyOf = keyOf;
  }

  get length(): number {
    return this.#rows.place.length;
  }

  /** @throws BadOption (ERR_BAD_OPTION) when there is no room for a temporary file. */
  add(event: RecordedEvent): void {
    if (event.kind === 'open') this.#openLink(event.link).joined = event.joined === true;
    else if (event.kind === 'message') this.#addMessage(event);
    else if (event.kind === 'ack') this.#addAck(event);
    else if (event.kind === 'cancel') this.#addCancel(event);
    else if (event.kind === 'close') {
      this.#links.close.set(this.#openLink(event.link).link, this.#contents.add(JSON.stringify(event)));
      this.#open.delete(event.link);
    }
  }

  /** Goes over the rows of a key that are not used. */
  visit(key: KeyHash, visitor: (row: number) => Visit): void {
    this.#keys.visit(key, (row) => (this.isUsed(row) ? 'drop' : visitor(row)));
  }

  /** The row of that key that was recorded last, used or not; `NONE` when there is none. */
  last(key: KeyHash): number {
    return this.#keys.last(key);
  }

  has(row: number, key: KeyHash): boolean {
    return this.#keys.is(row, key);
  }

  linkOf(row: number): number {
    return this.#rows.link.get(row);
  }

  /** The first message of a connection that is not used, or `NONE`. */
  nextOn(link: number): number {
    return this.#links.next.get(link);
  }

  isNext(row: number): boolean {
    return this.nextOn(this.linkOf(row)) === row;
  }

  isUsed(row: number): boolean {
    return this.#has(row, IS_USED);
  }

  isRedacted(row: number): boolean {
    return this.#has(row, IS_REDACTED);
  }

  isUnanswerable(row: number): boolean {
    return this.#has(row, IS_UNANSWERABLE);
  }

  /** Whether nothing was recorded on its connection before. */
  isFirst(row: number): boolean {
    return this.#has(row, IS_FIRST);
  }

  /** Whether another message was recorded on its connection after it. */
  hasAfter(row: number): boolean {
    return this.#rows.after.get(row) !== NONE;
  }

  /** Whether a message of that connection was used. */
  isClaimed(link: number): boolean {
    return this.#links.claimed.get(link) === 1;
  }

  use(row: number): void {
    this.#flag(row, IS_USED);
    const link = this.linkOf(row);
    let next = this.nextOn(link);
    while (next !== NONE && this.isUsed(next)) next = this.#rows.after.get(next);
    this.#links.next.set(link, next);
    this.#links.claimed.set(link, 1);
  }

  messageAt(row: number): RecordedMessage {
    return this.#eventAt(this.#rows.place.get(row)) as RecordedMessage;
  }

  acksOf(row: number): RecordedAck[] {
    const acks: RecordedAck[] = [];
    for (let ack = this.#rows.firstAck.get(row); ack !== NONE; ack = this.#acks.after.get(ack)) {
      acks.push(this.#eventAt(this.#acks.place.get(ack)) as RecordedAck);
    }
    return acks;
  }

  /** How the connection ended, if the recording holds it. */
  closeOf(link: number): RecordedClose | undefined {
    const place = this.#links.close.get(link);
    return place === NONE ? undefined : (this.#eventAt(place) as RecordedClose);
  }

  /** Gives back the temporary file; contents are gone. */
  close(): void {
    this.#contents.close();
  }

  #addMessage(message: RecordedMessage): void {
    const { link, messages, joined } = this.#openLink(message.link);
    const row = this.#keys.add(this.#keyOf(message));
    this.#rows.place.push(this.#contents.add(JSON.stringify(message)));
    this.#rows.link.push(link);
    this.#rows.after.push(NONE);
    this.#rows.firstAck.push(NONE);
    this.#rows.flags.push(message.redacted === undefined ? 0 : IS_REDACTED);
    const last = this.#links.last.get(link);
    if (last === NONE) {
      this.#links.next.set(link, row);
      if (!joined) this.#flag(row, IS_FIRST);
    } else this.#rows.after.set(last, row);
    this.#links.last.set(link, row);
    if (message.confirm === false) this.#flag(row, IS_UNANSWERABLE);
    else messages.set(message.id, { row, lastAck: NONE });
  }

  #addAck(ack: RecordedAck): void {
    const { messages } = this.#openLink(ack.link);
    const message = messages.get(ack.id);
    if (message === undefined) return;
    const row = this.#acks.place.push(this.#contents.add(JSON.stringify(ack)));
    this.#acks.after.push(NONE);
    if (message.lastAck === NONE) this.#rows.firstAck.set(message.row, row);
    else this.#acks.after.set(message.lastAck, row);
    message.lastAck = row;
    if (ack.status !== 'next') messages.delete(ack.id);
  }

  #addCancel({ link, id }: RecordedCancel): void {
    const message = this.#openLink(link).messages.get(id);
    if (message !== undefined) this.#flag(message.row, IS_UNANSWERABLE);
  }

  #openLink(number: number): OpenLink {
    let open = this.#open.get(number);
    if (open === undefined) {
      const link = this.#links.next.push(NONE);
      this.#links.last.push(NONE);
      this.#links.close.push(NONE);
      this.#links.claimed.push(0);
      open = { link, messages: new Map(), joined: false };
      this.#open.set(number, open);
    }
    return open;
  }

  #has(row: number, flag: number): boolean {
    return (this.#rows.flags.get(row) & flag) !== 0;
  }

  #flag(row: number, flag: number): void {
    this.#rows.flags.set(row, this.#rows.flags.get(row) | flag);
  }

  #eventAt(place: number): RecordedEvent {
    return JSON.parse(this.#contents.get(place)) as RecordedEvent;
  }
}
