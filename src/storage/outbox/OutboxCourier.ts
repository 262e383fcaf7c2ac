import { ConnectionClosed, MessageRefused, RemoteError, SendError } from '../../errors/sending';
import type { RxcometError } from '../../errors/RxcometError';
import { quoteName } from '../../runtime/names';
import { backoffMs } from '../../runtime/backoff';
import type { DeliverKept, ProbePeer } from '../../streams/client/OutboxPort';
import { Delivery, DeliveryWindow, type Tries } from './DeliveryWindow';
import { type Judgement, judgeFailure } from './judgeFailure';
import type { KeptMessage } from './KeptMessage';
import type { OutboxOptions } from './OutboxOptions';
import type { OpenedOutbox, OutboxStore } from './OutboxStore';
import { OutboxFeed } from './OutboxFeed';

/** A message that the peer refuses so often is given up. */
const MAX_TRIES = 5;
/** Delays between the tries of a message that was refused. */
const refused = { minDelayMs: 1000, maxDelayMs: 60_000, jitter: 0.2 };
/**
 * Connections lost so often in a row may be lost over a message; and with nothing else under way, over this
 * one.
 */
const LOST_OFTEN = 10;
/**
 * Lost so often over the only message there is, the peer has to show before the next try that it keeps a
 * connection without it.
 */
const LOST_ALONE = 5;
/** For so long. */
const PROBE_MS = 1000;
/** Tries of a message for which the peer has no room, or no answer, until somebody is told. */
const TOLD_BUSY = 5;
/** Refusals of a message over which the connection is lost until somebody is told. */
const TOLD_TRIES = 2;

type Phase = 'handing' | 'probing' | 'paused' | 'stopped';

/** What a courier needs. */
export interface OutboxCourierOptions extends Omit<OutboxOptions, 'store'> {
  readonly store: OutboxStore;
  readonly onChange: () => void;
  /** Something is wrong with the store itself; `what` follows "the outbox PATH". */
  readonly onTrouble: (what: string, cause: unknown, lost?: number) => void;
}

/**
 * Hands the messages of a store to the peer in their order, a window of them at a time, and decides what
 * comes of each try.
 *
 * ```
 * handing ── connection lost ─► paused ── delay over ─► handing
 *    │ ▲                          ▲
 *    ▼ │ the peer keeps it        │ it does not
 *  probing: a connection without a message, before another try of the only one there is
 * any ── stop(), or the client is stopped ─► stopped
 * ```
 *
 * and a message of the window, which the feed read or which was just written:
 *
 * ```
 * ready ── its turn ─► handed ── answered ─► gone from the disk
 *   ▲ ▲                 │ │ └── refused, or no answer in time ─► resting until its next try; too often: dead
 *   letter │ └ connection lost ┘ └──── lost alone again and again ─► aside ── the next got an answer ─►
 *   counts as refused └───────────────────────────────── the next was lost too ───┘
 * ```
 *
 * One that rests is outside the window and is read again then, so that the others go on however many fail.
 * When the connection is lost, those behind it are called back from the peer's queue, and after the delay
 * they go again in their order.
 */
export class OutboxCourier {
  readonly #options: OutboxCourierOptions;
  #deliver: DeliverKept | undefined;
  #probe: ProbePeer | undefined;
  #phase: Phase = 'handing';
  readonly #window = new DeliveryWindow();
  readonly #feed: OutboxFeed;
  #handed = 0;
  /**
   * Messages of the window to be handed out one at a time: over one of them the host ended the connection, or
   * may have.
   */
  #singles = 0;
  #pauseTimer: unknown;
  /** Lost connections in a row. */
  #losses = 0;
  /** Steps aside, to see whether the next message gets through. */
  #suspected: { readonly delivery: Delivery; readonly error: RxcometError } | undefined;
  #pumping = false;
  readonly #told = new Set<string>();

  constructor(options: OutboxCourierOptions) {
    this.#options = options;
    const { store, clock, queue, onTrouble, onChange } = options;
    this.#feed = new OutboxFeed({
      store,
      clock,
      queue,
      window: this.#window,
      take: (kept, before) => {
        this.#take(kept, before);
      },
      onRead: () => {
        this.#told.delete('reading');
        this.#pump();
      },
      onReadFailed: (error) => {
        if (this.#told.has('reading')) return;
        this.#told.add('reading');
        onTrouble('cannot be read', error);
      },
      onTrouble,
      onChange,
    });
  }

  /** When the oldest message that was read was taken, ms since 1970. */
  get oldestAt(): number | undefined {
    return this.#feed.oldestAt;
  }

  /** No message that is kept has a lower `seq`. */
  get floor(): number {
    return this.#feed.floor;
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
  start(opened: OpenedOutbox): void {
    this.#feed.start(opened);
  }

  /** Messages came to the disk. While nothing older waits there, they go on from memory. */
  written(messages: readonly KeptMessage[]): void {
    this.#feed.written(messages);
    this.#pump();
    this.#feed.read();
    this.#options.onChange();
  }

  /** Hands out no more; what was handed may still end. */
  stop(): void {
    this.#phase = 'stopped';
    this.#options.clock.clearTimeout(this.#pauseTimer);
    this.#feed.stop();
  }

  #take(kept: KeptMessage, before: Tries | undefined): void {
    const delivery = new Delivery(kept, this.#ended, before);
    if (before?.single === true) this.#single(delivery);
    this.#window.add(delivery);
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
    if (this.#deliver === undefined || this.#phase !== 'handing') return undefined;
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
    this.#phase = 'probing';
    const alive = await this.#probe?.(PROBE_MS);
    if (!this.#is('probing')) return;
    this.#phase = 'handing';
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
    const judgement = failure === undefined ? 'handled' : judgeFailure(failure);
    const isAnswer = failure instanceof RemoteError && (judgement === 'message' || judgement === 'busy');
    this.#handed -= 1;
    delivery.recall = undefined;
    this.#decide(judgement === 'handled' || isAnswer);
    if (failure === undefined || judgement === 'handled') {
      this.#losses = 0;
      this.#told.clear();
      this.#leave(delivery);
      this.#options.store.remove(delivery.kept);
      if (this.#window.size === 0) this.#feed.checkTotals();
      this.#options.onChange();
    } else this.#failed(delivery, failure, judgement);
    this.#feed.read();
    this.#pump();
  };

  #failed(delivery: Delivery, error: RxcometError, judgement: Exclude<Judgement, 'handled'>): void {
    switch (judgement) {
      case 'stopped':
        this.#window.back(delivery);
        this.stop();
        return;
      case 'link': {
        const first = this.#phase !== 'paused';
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
        delivery.unanswered += 1;
        if (
          error.code === 'ERR_DIALECT_UNKNOWN' ||
          (error instanceof RemoteError && delivery.unanswered === TOLD_BUSY)
        )
          this.#tellOnce(error, delivery);
        this.#rest(delivery, backoffMs(reconnect, delivery.unanswered, random()));
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
   * A legacy peer closes the connection without an answer over what it cannot handle, as does any when a
   * message brings it down; then one message would keep all others waiting for ever. So one that was lost
   * alone again and again steps aside for the next one: if that gets through it counts as refused, if not it
   * was the connection after all, and the order stays as it was. With nothing behind it, what is tried
   * instead is a connection without a message.
   */
  #suspect(delivery: Delivery, error: RxcometError, alone: boolean): void {
    const { proven } = delivery;
    delivery.proven = false;
    if (this.#phase === 'stopped') return;
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
      this.#rest(delivery, backoffMs(refused, kept.tries, random()));
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
    const dueAt = this.#options.clock.now() + delayMs;
    this.#leave(delivery);
    this.#feed.rest({ seq, bytes, at, refused: tries, lost, unanswered, single, dueAt });
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

  /**
   * The connection is lost: calls back what still waits in the peer's queue, and begins anew after a delay.
   */
  #pause(): void {
    if (this.#phase !== 'handing') return;
    this.#phase = 'paused';
    const { clock, reconnect, random } = this.#options;
    for (const delivery of this.#window) {
      if (delivery.state !== 'handed' || delivery.recall?.() !== true) continue;
      this.#handed -= 1;
      delivery.recall = undefined;
      this.#window.back(delivery);
    }
    this.#losses += 1;
    const resume = (): void => {
      this.#phase = 'handing';
      this.#pump();
    };
    const delayMs = backoffMs(reconnect, this.#losses, random());
    this.#pauseTimer = clock.setTimeout(resume, delayMs, { ref: true });
  }

  /** Asked after an `await`, over which it may have changed. */
  #is(phase: Phase): boolean {
    return this.#phase === phase;
  }

  /**
   * Nothing is lost by it, but somebody should know why nothing gets through. Until something does, each code
   * is told once.
   */
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
