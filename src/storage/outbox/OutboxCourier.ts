import { ConnectionClosed, MessageRefused, RemoteError, SendError } from '../../errors/sending';
import type { RxcometError } from '../../errors/RxcometError';
import { quoteName } from '../../runtime/names';
import { reconnectDelayMs } from '../../runtime/backoff';
import type { DeliverKept, ProbePeer } from '../../streams/client/OutboxPort';
import { Delivery, DeliveryWindow, type Tries } from './DeliveryWindow';
import { StoreProblem } from '../KeyValueStore';
import { judgeFailure } from './judgeFailure';
import type { KeptMessage } from './KeptMessage';
import type { OutboxOptions } from './OutboxOptions';
import type { OpenedOutbox, OutboxStore } from './OutboxStore';
import { howMany } from './failures';
import { RestingMessages, type RestingMessage } from './RestingMessages';

/** Messages in memory at most, whatever waits on the disk; also at most half of `Queue.Capacity`, which other sends need too. */
const WINDOW = 1024;
const WINDOW_BYTES = 8 * 1024 * 1024;
/** Messages that rest at most, of which little more than their place is in memory; with more no further ones are read. */
const RESTING = 100_000;
/** A message that the peer refuses so often is given up. */
const MAX_TRIES = 5;
/** Delays between the tries of a message that was refused. */
const REFUSED = { minDelayMs: 1000, maxDelayMs: 60_000, jitter: 0.2 };
const READ_AGAIN_MS = 1000;
/** Connections lost so often in a row may be lost over a message; and with nothing else under way, over this one. */
const LOST_OFTEN = 10;
/** Lost so often over the only message there is, the peer has to show before the next try that it keeps a connection without it. */
const LOST_ALONE = 5;
/** For so long. */
const PROBE_MS = 1000;
/** Refusals of a message over which the connection is lost until somebody is told. */
const TOLD_TRIES = 2;

/** What a courier needs. */
export interface OutboxCourierOptions extends Omit<OutboxOptions, 'store'> {
  readonly store: OutboxStore;
  readonly onChange: () => void;
  /** Something is wrong with the store itself; `what` follows "the outbox PATH". */
  readonly onTrouble: (what: string, cause: unknown, lost?: number) => void;
}

/**
 * Hands the messages of a store to the peer in their order, a window of them at a time, and decides what comes of each try.
 *
 * A message in the window is `ready`, or `handed` to the peer's queue. One that failed rests outside the window until its next try and is read
 * again then, so that the others go on however many fail. When the connection is lost all that were handed become ready again, those behind
 * them are called back from the peer's queue, and after a pause they go again in their order.
 *
 * Long, because every outcome of a try is decided over the one window; the window itself, what rests, and what an error means are apart.
 */
export class OutboxCourier {
  readonly #options: OutboxCourierOptions;
  readonly #limit: number;
  readonly #limitBytes: number;
  #deliver: DeliverKept | undefined;
  #probe: ProbePeer | undefined;
  #probing = false;
  #started = false;
  #stopped = false;
  readonly #window = new DeliveryWindow();
  readonly #resting = new RestingMessages();
  #restTimer: unknown;
  /** When `#restTimer` comes. */
  #restUntil = Infinity;
  #handed = 0;
  /** Messages of the window to be handed out one at a time: over one of them the host ended the connection, or may have. */
  #singles = 0;
  /** All that is on the disk has a `seq` below. */
  #end = 0;
  /** All below has been read, or never was. */
  #readTo = 0;
  /** No message that is kept has a lower `seq`. */
  #floor = 0;
  #reading = false;
  /** The last reading was of messages that rested. */
  #readDueLast = false;
  #readTimer: unknown;
  #tries = new Map<number, number>();
  #pauseTimer: unknown;
  /** Lost connections in a row. */
  #losses = 0;
  /** Steps aside, to see whether the next message gets through. */
  #suspected: { readonly delivery: Delivery; readonly error: RxcometError } | undefined;
  #pumping = false;
  readonly #told = new Set<string>();

  constructor(options: OutboxCourierOptions) {
    this.#options = options;
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
    if (this.#started && this.#resting.size + this.#window.retried === 0) {
      this.#floor = Math.min(this.#window.oldest?.kept.seq ?? Infinity, this.#readTo);
    }
    return this.#floor;
  }

  /** The messages in memory, in their order. */
  *inMemory(): Iterable<KeptMessage> {
    for (const { kept } of this.#window) yield kept;
  }

  connect(deliver: DeliverKept, probe: ProbePeer): void {
    this.#deliver = deliver;
    this.#probe = probe;
    this.#pump();
  }

  /** The store is open: begins with what it holds. */
  start({ tries, empty, end, floor }: OpenedOutbox): void {
    this.#tries = tries;
    this.#end = end;
    this.#floor = floor;
    this.#readTo = empty ? end : floor;
    this.#started = true;
    this.#read();
    this.#checkTotals();
  }

  /** Messages came to the disk. While nothing older waits there, they go on from memory. */
  written(messages: readonly KeptMessage[]): void {
    const caughtUp = !this.#reading && this.#readTo >= this.#end;
    const last = messages.at(-1);
    if (last !== undefined) this.#end = last.seq + 1;
    if (caughtUp) {
      let all = true;
      for (const kept of messages) {
        // What was read before it was told as written is here already.
        if (kept.seq < this.#readTo) continue;
        all = this.#hasRoom;
        if (!all) break;
        this.#take(kept, undefined);
        this.#readTo = kept.seq + 1;
      }
      if (all) this.#readTo = this.#end;
      this.#pump();
    }
    this.#read();
    this.#options.onChange();
  }

  /** Hands out no more; what was handed may still end. */
  stop(): void {
    if (this.#stopped) return;
    const { clock } = this.#options;
    this.#stopped = true;
    clock.clearTimeout(this.#pauseTimer);
    clock.clearTimeout(this.#readTimer);
    clock.clearTimeout(this.#restTimer);
  }

  get #hasRoom(): boolean {
    return (
      this.#window.size < this.#limit && this.#window.bytes < this.#limitBytes && this.#resting.size < RESTING
    );
  }

  #take(kept: KeptMessage, before: Tries | undefined): void {
    const delivery = new Delivery(kept, this.#ended, before);
    if (before?.single === true) this.#single(delivery);
    this.#window.add(delivery);
  }

  /** Reads what is due again, then what comes next, as far as there is room. */
  #read(): void {
    const { store, clock, onTrouble } = this.#options;
    if (!this.#started || this.#stopped || this.#reading || store.behind) return;
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
        this.#told.delete('reading');
        this.#checkTotals();
        this.#pump();
        this.#read();
        this.#options.onChange();
      },
      (error: unknown) => {
        this.#reading = false;
        if (!this.#stopped) this.#readTimer = clock.setTimeout(() => this.#read(), READ_AGAIN_MS);
        if (this.#told.has('reading')) return;
        this.#told.add('reading');
        onTrouble('cannot be read', error);
      },
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
      this.#take(kept, undefined);
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
          this.#take(kept, tries);
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

  /** Once all has been read, the figures of the store must be those of what was found. */
  #checkTotals(): void {
    const { store, onTrouble, onChange } = this.#options;
    // Beyond the end is what was read before it was told as written.
    if (!this.#started || this.#reading || this.#readTo !== this.#end) return;
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

  #pump(): void {
    // A try that ends at once comes back here.
    if (this.#pumping) return;
    this.#pumping = true;
    for (let next = this.#peek(); next !== undefined; next = this.#peek()) this.#hand(next);
    this.#pumping = false;
  }

  /** The message to hand out now. */
  #peek(): Delivery | undefined {
    if (this.#deliver === undefined || this.#stopped || this.#pauseTimer !== undefined || this.#probing)
      return undefined;
    if (this.#singles > 0 && this.#handed > 0) return undefined;
    const next = (this.#singles > 0 ? this.#window.nextSingle : undefined) ?? this.#window.nextReady;
    if (next === undefined || next.lost < LOST_ALONE || next.proven || !this.#isOnly(next)) return next;
    void this.#prove(next);
    return undefined;
  }

  /** Nothing else is under way, and nothing else could be. */
  #isOnly(delivery: Delivery): boolean {
    if (this.#handed > 0) return false;
    for (const other of this.#window) if (other !== delivery && other.state === 'ready') return false;
    return true;
  }

  /** Finds out whether the peer is there at all before it gets the message that may be what ends it. */
  async #prove(delivery: Delivery): Promise<void> {
    this.#probing = true;
    const alive = await this.#probe?.(PROBE_MS);
    this.#probing = false;
    if (alive === true) delivery.proven = true;
    else this.#pause();
    this.#pump();
  }

  #hand(delivery: Delivery): void {
    this.#handed += 1;
    this.#window.hand(delivery);
    delivery.alone = this.#singles > 0;
    const recall = this.#deliver?.(delivery.kept.message, delivery);
    // It may have ended within the call.
    if (delivery.state === 'handed') delivery.recall = recall;
  }

  readonly #ended = (delivery: Delivery, failure: RxcometError | undefined): void => {
    const error = wasHandled(failure) ? undefined : failure;
    this.#handed -= 1;
    delivery.recall = undefined;
    this.#decide(error === undefined || (error instanceof RemoteError && judgeFailure(error) === 'message'));
    if (error === undefined) {
      this.#losses = 0;
      this.#told.clear();
      this.#leave(delivery);
      this.#options.store.remove(delivery.kept);
      if (this.#window.size === 0) this.#checkTotals();
      this.#options.onChange();
    } else this.#failed(delivery, error);
    this.#read();
    this.#pump();
  };

  #failed(delivery: Delivery, error: RxcometError): void {
    const judgement = judgeFailure(error);
    switch (judgement) {
      case 'stopped':
        this.#window.back(delivery);
        this.stop();
        return;
      case 'link': {
        const first = this.#pauseTimer === undefined;
        this.#window.back(delivery);
        if (error instanceof RemoteError || error.code === 'ERR_BAD_REPLY') this.#tellOnce(error, delivery);
        this.#pause();
        if (error.code === 'ERR_CONNECTION_CLOSED')
          this.#suspect(delivery, error, first && this.#handed === 0);
        return;
      }
      case 'content':
        if (delivery.alone) {
          this.#refuse(delivery, error);
          return;
        }
        this.#window.back(delivery);
        this.#single(delivery);
        this.#pause();
        return;
      case 'busy': {
        const { reconnect, random } = this.#options;
        if (error.code === 'ERR_DIALECT_UNKNOWN') this.#tellOnce(error, delivery);
        delivery.unanswered += 1;
        this.#rest(delivery, reconnectDelayMs(reconnect, delivery.unanswered, random()));
        return;
      }
      case 'message':
        // It got an answer, so that it takes no connection down.
        this.#endSingle(delivery);
        this.#refuse(delivery, error);
        return;
      default:
        return judgement satisfies never;
    }
  }

  /**
   * A legacy peer closes the connection without an answer over what it cannot handle, as does any when a message brings it down; then one
   * message would keep all others waiting for ever. So one that was lost alone again and again steps aside for the next one: if that gets
   * through it counts as refused, if not it was the connection after all, and the order stays as it was. With nothing behind it, what is
   * tried instead is a connection without a message.
   */
  #suspect(delivery: Delivery, error: RxcometError, alone: boolean): void {
    const { proven } = delivery;
    delivery.proven = false;
    if (this.#stopped) return;
    // Once it has counted as refused, once more is enough.
    const enough = delivery.kept.tries > 0 ? 1 : LOST_OFTEN;
    if (!alone) {
      // Over one of several: they go one at a time, until it is known which it is.
      if (this.#losses >= enough) this.#single(delivery);
      return;
    }
    delivery.lost += 1;
    if (this.#isOnly(delivery)) {
      if (!proven) return;
      if (delivery.kept.tries + 1 === TOLD_TRIES) this.#tellLost(delivery, error);
      this.#refuse(delivery, error);
    } else if (delivery.lost >= enough) {
      delivery.lost = 0;
      this.#window.putAside(delivery);
      this.#suspected = { delivery, error };
    }
  }

  /** A try of another message ended while one steps aside: with an answer, or not. */
  #decide(answered: boolean): void {
    const suspected = this.#suspected;
    if (suspected === undefined) return;
    this.#suspected = undefined;
    if (answered) this.#refuse(suspected.delivery, suspected.error);
    else this.#window.back(suspected.delivery);
  }

  /** Counts a refusal: another try later, or the dead letters. */
  #refuse(delivery: Delivery, error: RxcometError): void {
    const { store, clock, random, client, report, onChange } = this.#options;
    const { kept } = delivery;
    const { action, key } = kept.message;
    kept.tries += 1;
    const code = error instanceof RemoteError && error.remoteCode !== '' ? error.remoteCode : error.code;
    const refusal = { code, reason: error.message, tries: kept.tries, at: clock.wallTime() };
    if (kept.tries < MAX_TRIES) {
      store.refused(kept, refusal);
      this.#rest(delivery, reconnectDelayMs(REFUSED, kept.tries, random()));
      return;
    }
    this.#leave(delivery);
    store.bury(kept, refusal);
    // Too large for this peer, for instance: then it never left.
    const delivered = error instanceof SendError ? error.delivered : 'unknown';
    const text = `${quoteName(action)} was refused ${kept.tries} times and is a dead letter now, see rxcomet outbox list: ${error.message}`;
    report(
      new MessageRefused(text, { client, action, delivered, key, tries: kept.tries, cause: error }),
      action,
    );
    onChange();
  }

  /** Steps aside: leaves the window, and is read again when its next try is due. */
  #rest(delivery: Delivery, delayMs: number): void {
    const { kept, lost, unanswered, single } = delivery;
    const { seq, bytes, at, tries } = kept;
    this.#leave(delivery);
    this.#resting.add({
      seq,
      bytes,
      at,
      refused: tries,
      lost,
      unanswered,
      single,
      dueAt: this.#options.clock.now() + delayMs,
    });
    this.#restOn();
  }

  /** Sets the timer for the first message that is due. */
  #restOn(): void {
    const { clock } = this.#options;
    const { nextDueAt } = this.#resting;
    // What is due waits for room, and is read when there is some.
    if (this.#stopped || nextDueAt >= this.#restUntil || nextDueAt <= clock.now()) return;
    clock.clearTimeout(this.#restTimer);
    this.#restUntil = nextDueAt;
    const wake = (): void => {
      this.#restUntil = Infinity;
      this.#read();
    };
    this.#restTimer = clock.setTimeout(wake, nextDueAt - clock.now(), { ref: true });
  }

  /** It goes by itself until it has ended with an answer, or rests. */
  #single(delivery: Delivery): void {
    if (delivery.single) return;
    delivery.single = true;
    this.#singles += 1;
  }

  #endSingle(delivery: Delivery): void {
    if (!delivery.single) return;
    delivery.single = false;
    this.#singles -= 1;
  }

  #leave(delivery: Delivery): void {
    this.#endSingle(delivery);
    this.#window.delete(delivery);
  }

  /** The connection is lost: calls back what still waits in the peer's queue, and begins anew after a delay. */
  #pause(): void {
    if (this.#pauseTimer !== undefined || this.#stopped) return;
    const { clock, reconnect, random } = this.#options;
    for (const delivery of this.#window) {
      if (delivery.state !== 'handed' || delivery.recall?.() !== true) continue;
      this.#handed -= 1;
      delivery.recall = undefined;
      this.#window.back(delivery);
    }
    this.#losses += 1;
    const resume = (): void => {
      this.#pauseTimer = undefined;
      this.#pump();
    };
    const delayMs = reconnectDelayMs(reconnect, this.#losses, random());
    this.#pauseTimer = clock.setTimeout(resume, delayMs, { ref: true });
  }

  /** Nothing is lost by it, but somebody should know why nothing gets through. Until something does, each code is told once. */
  #tellOnce(error: RxcometError, { kept }: Delivery): void {
    const code = error instanceof RemoteError ? error.remoteCode : error.code;
    if (this.#told.has(code)) return;
    this.#told.add(code);
    this.#options.report(error, kept.message.action);
  }

  #tellLost(delivery: Delivery, cause: RxcometError): void {
    const { client } = this.#options;
    const { action, key } = delivery.kept.message;
    const text = `the connection to "${client}" was lost ${delivery.lost} times in a row over ${quoteName(action)} and stays without it, so that this message may be what ends the peer: ${cause.message}`;
    this.#tellOnce(
      new ConnectionClosed(text, { client, action, delivered: 'unknown', key, cause }),
      delivery,
    );
  }
}

/** A repeat of what the peer has handled; only the answer, which nobody waits for, is gone. */
function wasHandled(error: RxcometError | undefined): boolean {
  return error instanceof RemoteError && error.remoteCode === 'ERR_ANSWER_NOT_KEPT';
}
