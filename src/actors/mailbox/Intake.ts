import { type ActorStopped, AskAborted, MailboxFull } from '../../errors/actors';
import type { Clock } from '../../runtime/Clock';
import type { OfferOptions } from '../ActorRef';
import type { DeadLetterReason } from '../ActorSystem';
import { Envelope } from './Envelope';
import { Mailbox, type Item } from './Mailbox';
import type { MailboxOptions } from '../MailboxOptions';
import { Request } from './Request';
import { TimerTick } from './TimerTick';
import { Waiters } from './Waiters';
import { onAbort } from '../../runtime/onAbort';

/** What an intake needs of its actor. */
export interface IntakeOwner {
  readonly path: string;
  readonly clock: Clock;
  deadLetter(message: unknown, reason: DeadLetterReason): void;
  /** Something has arrived. */
  arrived(): void;
}

/**
 * The way into an actor: its mailbox, those who wait for room in it, and what becomes of messages it does not
 * take.
 */
export class Intake<M> {
  readonly mailbox: Mailbox<M>;
  readonly #owner: IntakeOwner;
  #waiters: Waiters<M> | undefined = undefined;
  #closedBy: ActorStopped | undefined = undefined;

  constructor(owner: IntakeOwner, options: MailboxOptions<M>) {
    this.#owner = owner;
    this.mailbox = new Mailbox(options);
  }

  get closedBy(): ActorStopped | undefined {
    return this.#closedBy;
  }

  /** False: refused. The dead letter is written and the asking side told. */
  put(item: Item<M>, urgent: boolean): boolean {
    const { mailbox } = this;
    if (this.#closedBy !== undefined) {
      this.discard(item, 'stopped', this.#closedBy);
      return false;
    }
    if (!mailbox.hasRoom(urgent)) {
      if (mailbox.overflow !== 'drop-oldest' || !mailbox.canDropFor(urgent)) {
        const dropNewest = mailbox.overflow === 'drop-newest';
        this.discard(item, dropNewest ? 'dropped' : 'mailbox-full', this.#full());
        return dropNewest;
      }
      this.discard(mailbox.dropOldest() as Item<M>, 'dropped', this.#full());
    }
    this.#push(item, urgent);
    return true;
  }

  /**
   * Puts the item in now or when there is room; `admitted` or `refused` is called, once. The function
   * returned gives up.
   */
  putLater(
    item: Item<M>,
    urgent: boolean,
    waitMs: number,
    settled: { admitted(): void; refused(error: Error): void },
  ): (error: Error, reason: DeadLetterReason) => void {
    const { clock } = this.#owner;
    const waiters = (this.#waiters ??= new Waiters());
    if (this.#closedBy !== undefined) {
      this.discard(item, 'stopped', this.#closedBy);
      settled.refused(this.#closedBy);
      return () => undefined;
    }
    // Room never stays while somebody waits for it, so nobody is overtaken.
    if (this.mailbox.hasRoom(urgent)) {
      this.#push(item, urgent);
      settled.admitted();
      return () => undefined;
    }
    let timer: unknown = undefined;
    const waiter = {
      item,
      urgent,
      admitted: () => {
        clock.clearTimeout(timer);
        settled.admitted();
      },
      refused: (error: Error) => {
        clock.clearTimeout(timer);
        settled.refused(error);
      },
    };
    const giveUp = (error: Error, reason: DeadLetterReason): void => {
      if (!waiters.delete(waiter)) return;
      this.discard(item, reason, error);
      waiter.refused(error);
    };
    waiters.add(waiter);
    if (waitMs !== Infinity) timer = clock.setTimeout(() => giveUp(this.#full(), 'mailbox-full'), waitMs);
    return giveUp;
  }

  /** `putLater` as a Promise. */
  offer(item: Item<M>, urgent: boolean, options: OfferOptions, onAdmitted: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const { signal, waitMs = Infinity } = options;
      const aborted = (): Error =>
        new AskAborted('the sending side gave up', { actor: this.#owner.path, cause: signal?.reason });
      if (signal?.aborted === true) {
        const error = aborted();
        this.discard(item, 'abandoned', error);
        reject(error);
        return;
      }
      const onGivenUp = (): void => giveUp(aborted(), 'abandoned');
      const settled = {
        admitted: () => {
          release?.();
          onAdmitted();
          resolve();
        },
        refused: (error: Error) => {
          release?.();
          reject(error);
        },
      };
      const release = signal === undefined ? undefined : onAbort(signal, onGivenUp);
      const giveUp = this.putLater(item, urgent, waitMs, settled);
    });
  }

  /** `putLater` for a message whose answer is awaited, which hears of a refusal as its end. */
  putRequestLater<R>(request: Request<M, R>, waitMs: number): void {
    request.leaveLine = this.putLater(request, request.urgent, waitMs, {
      admitted: () => undefined,
      refused: (error) => request.fail(error),
    });
  }

  /** Items that were put aside, back to the front in their order. */
  putBack(items: readonly Item<M>[]): void {
    for (const item of items.toReversed()) {
      if (item instanceof Envelope && !item.wanted) continue;
      if (item instanceof Request) {
        item.place = 'mailbox';
        item.urgent = false;
      }
      this.mailbox.unshift(item);
    }
    this.#owner.arrived();
  }

  /** A request that is not being handled was given up by its asker, who knows. */
  abandoned<R>(request: Request<unknown, R>, error: Error): void {
    if (request.place === 'waiting') request.leaveLine?.(error, 'abandoned');
    else if (request.place === 'mailbox') this.#left(request.urgent);
    this.#owner.deadLetter(request.message, 'abandoned');
  }

  /** The next item; ask `mailbox.size` first. Its place goes to whoever waits longest. */
  take(): Item<M> | undefined {
    const item = this.mailbox.shift();
    if (this.#waiters !== undefined) this.admit();
    return item;
  }

  /** Lets waiting messages in while there is room. */
  admit(): void {
    const waiters = this.#waiters;
    if (waiters === undefined) return;
    const fits = (urgent: boolean): boolean => this.mailbox.hasRoom(urgent);
    for (let next = waiters.take(fits); next !== undefined; next = waiters.take(fits)) {
      this.#push(next.item, next.urgent);
      next.admitted();
    }
  }

  /** Takes nothing any more; what is inside and what waits becomes dead letters. */
  close(error: ActorStopped): void {
    this.#closedBy = error;
    while (this.mailbox.size > 0) this.discard(this.mailbox.shift() as Item<M>, 'stopped', error);
    for (
      let next = this.#waiters?.take(() => true);
      next !== undefined;
      next = this.#waiters?.take(() => true)
    ) {
      this.discard(next.item, 'stopped', error);
      next.refused(error);
    }
  }

  /**
   * Accounts for a message that will not be handled: a dead letter, and an end for whoever awaits its answer.
   */
  discard(item: Item<M>, reason: DeadLetterReason, error: Error): void {
    if (!(item instanceof Envelope)) {
      this.#owner.deadLetter(item, reason);
      return;
    }
    if (!item.wanted) return;
    if (item instanceof TimerTick) item.taken();
    this.#owner.deadLetter(item.message, reason);
    if (item instanceof Request) item.fail(error);
  }

  #push(item: Item<M>, urgent: boolean): void {
    if (item instanceof Request) item.place = 'mailbox';
    else if (item instanceof TimerTick) item.onWithdrawn = () => this.#left(urgent);
    this.mailbox.push(item, urgent);
    this.#owner.arrived();
  }

  /** An item in the mailbox is not wanted any more. */
  #left(urgent: boolean): void {
    this.mailbox.leave(urgent);
    this.admit();
  }

  #full(): MailboxFull {
    return new MailboxFull(`mailbox full (${this.mailbox.capacity} messages)`, { actor: this.#owner.path });
  }
}
