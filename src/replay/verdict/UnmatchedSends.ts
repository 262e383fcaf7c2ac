import { Column } from '../large/Column';
import { KeyIndex } from '../large/KeyIndex';
import type { RecordedMessage } from '../../recording/RecordedEvent';
import { type EventPlace, markPlace, placeIn } from '../../recording/eventPlace';
import { SpillStore } from '../large/SpillStore';

/** A message with where it was read, which JSON would leave out. */
type Stored = readonly [message: RecordedMessage, place: EventPlace | null];

/** A send and its place among those of its side. */
export interface PlacedSend {
  readonly message: RecordedMessage;
  readonly place: number;
  /** Recorded ones: those from this place on were sent by the same handler before. */
  readonly aloneFrom: number;
}

/**
 * Sends that have no counterpart so far, in their order. In memory are some 50 bytes of each, the contents as
 * `SpillStore` keeps them.
 */
export class UnmatchedSends {
  readonly #contents = new SpillStore();
  readonly #keys = new KeyIndex();
  readonly #contentPlaces = new Column(Float64Array);
  readonly #places = new Column(Float64Array);
  readonly #aloneFrom = new Column(Float64Array);
  readonly #taken = new Column(Uint8Array);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(key: string, { message, place, aloneFrom }: PlacedSend): void {
    this.#keys.add(KeyIndex.hash(key));
    const stored: Stored = [message, placeIn(message)];
    this.#contentPlaces.push(this.#contents.add(JSON.stringify(stored)));
    this.#places.push(place);
    this.#aloneFrom.push(aloneFrom);
    this.#taken.push(0);
    this.#size += 1;
  }

  /** Takes away the first with that key that passes the test. */
  take(key: string, test: (message: RecordedMessage) => boolean): PlacedSend | undefined {
    if (this.#size === 0) return undefined;
    let found: PlacedSend | undefined;
    this.#keys.visit(KeyIndex.hash(key), (row) => {
      if (this.#taken.get(row) === 1) return 'drop';
      const send = this.#at(row);
      if (!test(send.message)) return 'on';
      this.#take(row);
      found = send;
      return 'stop';
    });
    // While both sides keep step this is always so, and nothing piles up.
    if (this.#size === 0) this.#clear();
    return found;
  }

  /** Goes over what is left. What `visitor` wants is taken away. */
  visit(visitor: (send: PlacedSend) => boolean): void {
    for (let row = 0; row < this.#taken.length; row += 1) {
      if (this.#taken.get(row) === 0 && visitor(this.#at(row))) this.#take(row);
    }
  }

  /**
   * Takes away the first that passes the test, looking from where the cursor stands, and moves the cursor
   * there.
   */
  takeFrom(cursor: { row: number }, test: (message: RecordedMessage) => boolean): PlacedSend | undefined {
    for (; cursor.row < this.#taken.length; cursor.row += 1) {
      if (this.#taken.get(cursor.row) === 1) continue;
      const send = this.#at(cursor.row);
      if (!test(send.message)) continue;
      this.#take(cursor.row);
      return send;
    }
    return undefined;
  }

  /** Gives back the temporary file. */
  close(): void {
    this.#clear();
    this.#contents.close();
  }

  #at(row: number): PlacedSend {
    const [message, place] = JSON.parse(this.#contents.get(this.#contentPlaces.get(row))) as Stored;
    if (place !== null) markPlace(message, place);
    return {
      message,
      place: this.#places.get(row),

      aloneFrom: this.#aloneFrom.get(row),
    };
  }

  #take(row: number): void {
    this.#taken.set(row, 1);
    this.#size -= 1;
  }

  #clear(): void {
    this.#contents.clear();
    this.#keys.clear();
    this.#contentPlaces.clear();
    this.#places.clear();
    this.#aloneFrom.clear();
    this.#taken.clear();
    this.#size = 0;
  }
}
