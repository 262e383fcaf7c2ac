import type { Observable } from 'rxjs';

/**
 * How a message travels through a mailbox. `normal`: in order. `urgent`: before all normal ones, with
 * `reserved` places of its own, so that a full mailbox does not refuse it. `interrupt`: urgent, and the
 * signal of the message being handled aborts at once.
 */
export type Priority = 'normal' | 'urgent' | 'interrupt';

/** What an actor needs of a contract; `defineAction` makes one. */
export interface ActorContract<V = unknown, A = unknown> {
  readonly action: string;
  /** From the wire; throws ERR_BAD_VALUE. */
  decodeValue(value: unknown, peer: string): V;
  /**
   * To the wire; throws ERR_BAD_VALUE when the value does not fit, which is how a value of this process is
   * checked.
   */
  encodeValue(value: V): unknown;
  encodeAck(ack: A): unknown;
}

/**
 * The address of an actor: everything others may do with it. It can be kept, compared, and sent inside
 * messages; it stays valid, and harmless, after the actor has stopped. An actor behind a socket has the same
 * interface.
 *
 * `M` is what the actor takes, `R` what it replies with (null when it never replies).
 *
 * @example
 * stage.tell({ type: 'home' });                                     // fire and forget
 * const position = await stage.ask({ type: 'move', to: 12.5 });      // wait for the answer
 * stage.send({ type: 'scan' }).subscribe((point) => plot(point));    // every reply, one by one
 */
export interface ActorRef<in M, out R = null> {
  /** Such as /user/stage; unique in its system while the actor lives. */
  readonly path: string;
  /**
   * Puts a message into the mailbox and returns at once; never throws. False: it was refused (mailbox full
   * under `reject`, actor stopped) and became a dead letter. A message dropped as the mailbox was told to
   * (`drop-oldest`, `drop-newest`) counts as taken.
   */
  tell(message: M, options?: ActorTellOptions): boolean;
  /**
   * Puts a message into the mailbox as soon as there is room, in the order of the calls; resolves then.
   * Rejects with ERR_MAILBOX_FULL after `waitMs`, ERR_ASK_ABORTED when `signal` aborts, ERR_ACTOR_STOPPED;
   * the message is a dead letter then.
   */
  offer(message: M, options?: OfferOptions): Promise<void>;
  /**
   * Sends now and resolves with the last reply once the message has been handled; null when there was none.
   * Rejects with what the handler threw or failed with, ERR_ASK_TIMEOUT, ERR_ASK_ABORTED, ERR_MAILBOX_FULL,
   * ERR_ACTOR_STOPPED (at once when it has stopped already), or ERR_BAD_OPTION for a timeout that is not
   * above 0 (nothing was sent then).
   */
  ask(message: M, options?: AskOptions): Promise<R>;
  /**
   * A cold Observable: each subscription sends once, emits every reply and completes when the message has
   * been handled; errors as `ask` rejects. Its timeout runs until the first reply. Unsubscribing takes the
   * message out of the mailbox, or aborts the signal of its handler.
   */
  send(message: M, options?: AskOptions): Observable<R>;
  /** Emits once when the actor has ended, at once when it has already, and completes. */
  readonly terminated$: Observable<Termination>;
  /**
   * The contracts of an actor made by `fromContracts`, by action; it takes `{ action, value }`. Undefined for
   * any other actor.
   */
  readonly contracts: ReadonlyMap<string, ActorContract> | undefined;
}

/** Any actor, where only its address matters: to watch, to stop, to list. */
export type AnyActorRef = ActorRef<never, unknown>;

/** How an actor ended. */
export interface Termination {
  readonly path: string;
  /** The failure that ended it; undefined when it was asked to stop. */
  readonly cause: unknown;
}

/** Options of one message. */
export interface ActorTellOptions {
  /** Lifts this message above what the mailbox's own `priority` says; the higher of the two counts. */
  readonly priority?: Priority;
}

/** Options of a message that may wait for room. */
export interface OfferOptions extends ActorTellOptions {
  /**
   * Longest wait for room in a full mailbox. Milliseconds; default Infinity for `offer`, 0 (do not wait) for
   * `ask` and `send`.
   */
  readonly waitMs?: number;
  /** Gives up when it aborts: the message leaves the mailbox, or the signal of its handler aborts. */
  readonly signal?: AbortSignal;
}

/** Options of a message whose answer is awaited. */
export interface AskOptions extends OfferOptions {
  /**
   * Longest wait: for the answer (`ask`) or the first reply (`send`), waiting for room included. Milliseconds
   * above 0; default 5000; Infinity waits.
   */
  readonly timeoutMs?: number;
  /**
   * Calls the behaviour with this message, whenever its turn comes; for what belongs to the calling code,
   * such as its trace.
   */
  readonly within?: (call: () => void) => void;
}
