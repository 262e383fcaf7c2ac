import type { Clock } from '../../runtime/Clock';
import { StoreProblem } from '../KeyValueStore';
import type { DeliveryWindow, Tries } from './DeliveryWindow';
import { howMany } from './failures';
import type { KeptMessage } from './KeptMessage';
import type { OutboxOptions } from './OutboxOptions';
import type { OpenedOutbox, OutboxStore } from './OutboxStore';
import { RestingMessages, type RestingMessage } from './RestingMessages';

/**
 * Messages in memory at most, whatever waits on the disk; also at most half of `Queue.Capacity`, which other
 * sends need too.
 */
const WINDOW = 1024;
const WINDOW_BYTES = 8 * 1024 * 1024;
/**
 * Messages that rest at most, of which little more than their place is in memory; with more no further ones
 * are read.
 */
const RESTING = 100_000;
const READ_AGAIN_MS = 1000;

/** What a feed needs. */
interface OutboxFeedOptions extends Pick<OutboxOptions, 'queue'> {
  readonly store: OutboxStore;
  readonly clock: Clock;
  /** What the feed fills. */
  readonly window: DeliveryWindow;
  /** Puts a message into the window; with its earlier tries when it rested. */
  readonly take: (kept: KeptMessage, before: Tries | undefined) => void;
  /** More is in the window. */
  readonly onRead: () => void;
  /** It reads again after a while. */
  readonly onReadFailed: (error: unknown) => void;
  /** Something is wrong with the store itself; `what` follows "the outbox PATH". */
  readonly onTrouble: (what: string, cause: unknown, lost?: number) => void;
  /** Figures of the store have changed. */
  readonly onChange: () => void;
}

/**
 * Fills the window of an outbox from the disk, half of it at a time: what comes next in its order, and by
 * turns with it what rested and is due. While nothing older waits on the disk, what is written goes on from
 * memory.
 */
export class OutboxFeed {
  readonly #options: OutboxFeedOptions;
  readonly #window: DeliveryWindow;
  readonly #limit: number;
  readonly #limitBytes: number;
  readonly #resting = new RestingMessages();
  /** `closed`: the store is not open yet. */
  #life: 'closed' | 'open' | 'stopped' = 'closed';
  #restTimer: unknown;
  /** When `#restTimer` comes. */
  #restUntil = Infinity;
  /** All that is on the disk has a `seq` below. */
  #end = 0;
  /** All below has been read, or never was. */
  #readTo = 0;
  /** No message that is kept has a lower `seq`. */
  #floor = 0;
  /** Also of a stopped feed, for a moment. */
  #reading = false;
  /** The last reading was of messages that rested. */
  #readDueLast = false;
  #readTimer: unknown;
  #tries = new Map<number, number>();

  constructor(options: OutboxFeedOptions) {
    this.#options = options;
    this.#window = options.window;
    const { capacity, maxBytes } = options.queue;
    this.#limit = Math.max(1, Math.min(WINDOW, Math.floor(capacity / 2)));
    this.#limitBytes = Math.min(WINDOW_BYTES, maxBytes / 2);
  }

  /** When the oldest message that was read was taken, ms since 1970. */
  get oldestAt(): number | undefined {
    const oldest = Math.min(this.#window.oldestAt, this.#resting.oldestAt);
    return oldest === Infinity ? undefined : oldest;
  }

  /** No message that is kept has a lower `seq`. */
  get floor(): number {
    // What failed is anywhere below; until it is through the floor stays where it is.
    if (this.#life !== 'closed' && this.#resting.size + this.#window.retried === 0) {
      this.#floor = Math.min(this.#window.oldest?.kept.seq ?? Infinity, this.#readTo);
    }
    return this.#floor;
  }

  /** The store is open: begins with what it holds. */
  start({ tries, empty, end, floor }: OpenedOutbox): void {
    this.#tries = tries;
    this.#end = end;
    this.#floor = floor;
    this.#readTo = empty ? end : floor;
    if (this.#life === 'closed') this.#life = 'open';
    this.read();
    this.checkTotals();
  }

  /** Messages came to the disk. While nothing older waits there, they go into the window. */
  written(messages: readonly KeptMessage[]): void {
    const caughtUp = !this.#reading && this.#readTo >= this.#end;
    const last = messages.at(-1);
    if (last !== undefined) this.#end = last.seq + 1;
    if (!caughtUp) return;
    for (const kept of messages) {
      // What was read before it was told as written is here already.
      if (kept.seq < this.#readTo) continue;
      if (!this.#hasRoom) return;
      this.#options.take(kept, undefined);
      this.#readTo = kept.seq + 1;
    }
    this.#readTo = this.#end;
  }

  /** A message that left the window, until its next try is due. */
  rest(message: RestingMessage): void {
    this.#resting.add(message);
    this.#restOn();
  }

  /** Reads no more. */
  stop(): void {
    const { clock } = this.#options;
    this.#life = 'stopped';
    clock.clearTimeout(this.#readTimer);
    clock.clearTimeout(this.#restTimer);
  }

  /** Reads what is due again, then what comes next, as far as there is room. */
  read(): void {
    const { store, clock, onRead, onReadFailed, onChange } = this.#options;
    if (this.#life !== 'open' || this.#reading || store.behind) return;
    // Half of it at a time, not message by message.
    if (this.#window.size > this.#limit / 2 || this.#window.bytes > this.#limitBytes / 2) return;
    const fresh = this.#readTo < this.#end && this.#resting.size < RESTING;
    // By turns, and half of the room for what is tried again, so that neither keeps the other out.
    const retries = fresh && this.#readDueLast ? 0 : Math.ceil(this.#limit / 4) - this.#window.retried;
    const due = this.#resting.takeDue(clock.now(), retries);
    if (due.length === 0 && !fresh) {
      this.#restOn();
      return;
    }
    this.#reading = true;
    this.#readDueLast = due.length > 0;
    const reading = due.length > 0 ? this.#readDue(due) : this.#readFresh();
    reading.then(
      () => {
        this.#reading = false;
        this.checkTotals();
        onRead();
        this.read();
        onChange();
      },
      (error: unknown) => {
        this.#reading = false;
        if (this.#life === 'open') this.#readTimer = clock.setTimeout(() => this.read(), READ_AGAIN_MS);
        onReadFailed(error);
      },
    );
  }

  /** Once all has been read, the figures of the store must be those of what was found. */
  checkTotals(): void {
    const { store, onTrouble, onChange } = this.#options;
    // Beyond the end is what was read before it was told as written.
    if (this.#life === 'closed' || this.#reading || this.#readTo !== this.#end) return;
    const found = {
      depth: this.#window.size + this.#resting.size,
      bytes: this.#window.bytes + this.#resting.bytes,
    };
    const { depth, bytes } = store.totals;
    if (depth === found.depth && bytes === found.bytes) return;

    store.correct(found);
    const missing = depth - found.depth;
    if (missing > 0)
      onTrouble(
        'has lost something',
        new StoreProblem('lost', howMany({ least: missing, most: missing })),
        missing,
      );
    onChange();
  }

  get #hasRoom(): boolean {
    return (
      this.#window.size < this.#limit && this.#window.bytes < this.#limitBytes && this.#resting.size < RESTING
    );
  }

  async #readFresh(): Promise<void> {
    const end = this.#end;
    const limit = this.#limit - this.#window.size;
    const page = await this.#options.store.read(
      'message',
      this.#readTo,
      limit,
      this.#limitBytes - this.#window.bytes,
    );
    this.#readTo = page.next ?? end;
    this.#dropBroken(page.broken);
    for (const { kept } of page.letters) {
      kept.tries = this.#tries.get(kept.seq) ?? 0;
      this.#tries.delete(kept.seq);
      this.#options.take(kept, undefined);
    }
  }

  /** Reads messages that rested, those that follow one another at once. */
  async #readDue(due: readonly RestingMessage[]): Promise<void> {
    let read = 0;
    try {
      while (read < due.length && this.#hasRoom) {
        const first = due[read] as RestingMessage;
        let count = 1;
        while (due[read + count]?.seq === first.seq + count) count += 1;
        const room = this.#limitBytes - this.#window.bytes;
        const { letters, broken, next } = await this.#options.store.read('message', first.seq, count, room);
        const before = new Map(due.slice(read, read + count).map((message) => [message.seq, message]));
        for (const { kept } of letters) {
          const tries = before.get(kept.seq);
          if (tries === undefined) continue;
          kept.tries = tries.refused;
          this.#options.take(kept, tries);
        }
        this.#dropBroken(broken);
        // What is not there any more was told when that was found.
        const upTo = next === undefined ? first.seq + count : Math.min(next, first.seq + count);
        read += Math.max(1, upTo - first.seq);
      }
    } finally {
      for (const message of due.slice(read)) this.#resting.add(message);
      this.#restOn();
    }
  }

  #dropBroken(broken: readonly { readonly seq: number; readonly cause: unknown }[]): void {
    const { store, onTrouble } = this.#options;
    const [first] = broken;
    if (first === undefined) return;
    store.removeBroken(broken.map(({ seq }) => seq));
    const which =
      broken.length === 1 ? `message ${first.seq}` : `${broken.length} messages from ${first.seq} on`;
    onTrouble(`holds something else in place of ${which}`, first.cause, broken.length);
  }

  /** Sets the timer for the first message that is due. */
  #restOn(): void {
    const { clock } = this.#options;
    const { nextDueAt } = this.#resting;
    // What is due waits for room, and is read when there is some.
    if (this.#life === 'stopped' || nextDueAt >= this.#restUntil || nextDueAt <= clock.now()) return;
    clock.clearTimeout(this.#restTimer);
    this.#restUntil = nextDueAt;
    const wake = (): void => {
      this.#restUntil = Infinity;
      this.read();
    };
    this.#restTimer = clock.setTimeout(wake, nextDueAt - clock.now(), { ref: true });
  }
}
