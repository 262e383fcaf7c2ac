import { MessageRefused, RemoteError, SendError } from '../../errors/sending';
import type { RxcometError } from '../../errors/RxcometError';
import { quoteName } from '../../runtime/names';
import { reconnectDelayMs } from '../../runtime/backoff';
import type { DeliverKept } from '../../streams/client/OutboxPort';
import { Delivery, DeliveryWindow } from './DeliveryWindow';
import { judgeFailure } from './judgeFailure';
import type { KeptMessage } from './KeptMessage';
import type { OutboxOptions } from './OutboxOptions';
import type { OpenedOutbox, OutboxStore } from './OutboxStore';

/** Messages in memory at most, whatever waits on the disk; also at most half of `Queue.Capacity`, which other sends need too. */
const WINDOW = 1024;
const WINDOW_BYTES = 8 * 1024 * 1024;
/** A message that the peer refuses so often is given up. */
const MAX_TRIES = 5;
/** Delays between the tries of a message that was refused. */
const REFUSED = { minDelayMs: 1000, maxDelayMs: 60_000, jitter: 0.2 };
const READ_AGAIN_MS = 1000;
/** Connections lost so often in a row may be lost over a message; and with nothing else under way, over this one. */
const LOST_OFTEN = 10;

/** What a courier needs. */
export interface OutboxCourierOptions extends Omit<OutboxOptions, 'store'> {
  readonly store: OutboxStore;
  readonly onChange: () => void;
  /** Something is wrong with the store itself; `what` follows "the outbox PATH". */
  readonly onTrouble: (what: string, cause: unknown) => void;
}

/**
 * Hands the messages of a store to the peer in their order, a window of them at a time, and decides what comes of each try.
 *
 * A message in the window is `ready`, `handed` to the peer's queue, or `resting` until its next try. When the connection is lost all that
 * were handed become ready again, those behind them are called back from the peer's queue, and after a pause they go again in their order.
 *
 * Long, because every outcome of a try is decided over the one window; the window itself, and what an error means, are apart.
 */
export class OutboxCourier {
  readonly #options: OutboxCourierOptions;
  readonly #limit: number;
  readonly #limitBytes: number;
  #deliver: DeliverKept | undefined;
  #started = false;
  #stopped = false;
  readonly #window = new DeliveryWindow();
  #handed = 0;
  /** All that is on the disk has a `seq` below. */
  #end = 0;
  /** All below has been read, or never was. */
  #readTo = 0;
  #reading = false;
  #readTimer: unknown;
  #tries = new Map<number, number>();
  #pauseTimer: unknown;
  /** Lost connections in a row. */
  #losses = 0;
  /** Up to here one at a time: the host ended the connection over one of them. */
  #aloneTo = -1;
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

  /** When the oldest message in memory was taken, ms since 1970. */
  get oldestAt(): number | undefined {
    return this.#window.oldest?.kept.at;
  }

  /** The messages in memory, in their order. */
  *inMemory(): Iterable<KeptMessage> {
    for (const { kept } of this.#window) yield kept;
  }

  connect(deliver: DeliverKept): void {
    this.#deliver = deliver;
    this.#pump();
  }

  /** The store is open: begins with what it holds. */
  start({ tries, empty, end }: OpenedOutbox): void {
    this.#tries = tries;
    this.#end = end;
    if (empty) this.#readTo = end;
    this.#started = true;
    this.#read();
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
        this.#take(kept);
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
    for (const { timer } of this.#window) clock.clearTimeout(timer);
  }

  get #hasRoom(): boolean {
    return this.#window.size < this.#limit && this.#window.bytes < this.#limitBytes;
  }

  #take(kept: KeptMessage): void {
    this.#window.add(new Delivery(kept, this.#ended));
  }

  #read(): void {
    const { store, clock, onTrouble } = this.#options;
    if (!this.#started || this.#stopped || this.#reading || this.#readTo >= this.#end) return;
    // Half of it at a time, not message by message.
    if (this.#window.size > this.#limit / 2 || this.#window.bytes > this.#limitBytes / 2 || store.behind)
      return;
    this.#reading = true;
    const end = this.#end;
    const limit = this.#limit - this.#window.size;
    store.read('message', this.#readTo, limit, this.#limitBytes - this.#window.bytes).then(
      ({ letters, broken, next }) => {
        this.#reading = false;
        this.#readTo = next ?? end;
        for (const { seq, cause } of broken)
          onTrouble(`holds something else in place of message ${seq}`, cause);
        for (const { kept } of letters) {
          kept.tries = this.#tries.get(kept.seq) ?? 0;
          this.#tries.delete(kept.seq);
          this.#take(kept);
        }
        this.#told.delete('reading');
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

  #pump(): void {
    // A try that ends at once comes back here.
    if (this.#pumping) return;
    this.#pumping = true;
    for (let next = this.#peek(); next !== undefined; next = this.#peek()) this.#hand(next);
    this.#pumping = false;
  }

  /** The message to hand out now. */
  #peek(): Delivery | undefined {
    if (this.#deliver === undefined || this.#stopped || this.#pauseTimer !== undefined) return undefined;
    const next = this.#window.nextReady;
    if (next === undefined || this.#aloneTo < 0) return next;
    if (this.#handed > 0) return undefined;
    if (next.kept.seq > this.#aloneTo) this.#aloneTo = -1;
    return next;
  }

  #hand(delivery: Delivery): void {
    this.#handed += 1;
    this.#window.hand(delivery);
    delivery.alone = this.#aloneTo >= 0;
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
      this.#window.delete(delivery);
      this.#options.store.remove(delivery.kept);
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
        this.#aloneTo = Math.max(this.#aloneTo, delivery.kept.seq);
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
        this.#refuse(delivery, error);
        return;
      default:
        return judgement satisfies never;
    }
  }

  /**
   * A legacy peer closes the connection without an answer over what it cannot handle, as does any when a message brings it down; then one
   * message would keep all others waiting for ever. So one that was lost alone again and again steps aside for the next one: if that gets
   * through it counts as refused, if not it was the connection after all, and the order stays as it was.
   */
  #suspect(delivery: Delivery, error: RxcometError, alone: boolean): void {
    if (this.#stopped) return;
    // Once it has counted as refused, once more is enough.
    const enough = delivery.kept.tries > 0 ? 1 : LOST_OFTEN;
    if (!alone) {
      // Over one of several: they go one at a time, until it is known which it is.
      if (this.#losses >= enough) this.#aloneTo = Math.max(this.#aloneTo, delivery.kept.seq);
      return;
    }
    delivery.lost += 1;
    if (delivery.lost < enough) return;
    const others = [...this.#window].some((other) => other !== delivery && other.state === 'ready');
    if (!others) return;
    delivery.state = 'resting';
    delivery.lost = 0;
    this.#suspected = { delivery, error };
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
    this.#window.delete(delivery);
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

  #rest(delivery: Delivery, delayMs: number): void {
    delivery.state = 'resting';
    if (this.#stopped) return;
    const wake = (): void => {
      delivery.timer = undefined;
      this.#window.back(delivery);
      this.#pump();
    };
    delivery.timer = this.#options.clock.setTimeout(wake, delayMs, { ref: true });
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
}

/** A repeat of what the peer has handled; only the answer, which nobody waits for, is gone. */
function wasHandled(error: RxcometError | undefined): boolean {
  return error instanceof RemoteError && error.remoteCode === 'ERR_ANSWER_NOT_KEPT';
}
