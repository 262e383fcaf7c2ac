import type { Envelope } from './Envelope';
import { MessageQueue } from './MessageQueue';
import type { MailboxOptions, MailboxOverflow } from '../MailboxOptions';
import { requireOption } from '../requireOption';

/** A bare message, or one with something attached. */
export type Item<M> = M | Envelope<M>;

/**
 * The bounded queue of an actor. Urgent items go first and have `reserved` places beyond the capacity.
 * Decides nothing by itself.
 */
export class Mailbox<M> {
  readonly capacity: number;
  readonly overflow: MailboxOverflow;
  /** Items waiting; kept rather than added up, since it is asked several times for each message. */
  size = 0;
  readonly #reserved: number;
  readonly #normal = new MessageQueue<Item<M>>();
  #urgent: MessageQueue<Item<M>> | undefined = undefined;

  constructor(options: MailboxOptions<M>) {
    const { capacity = 1000, overflow = 'reject', reserved = 16 } = options;
    requireOption(Number.isInteger(capacity) && capacity >= 1, 'mailbox.capacity: an integer >= 1');
    requireOption(Number.isInteger(reserved) && reserved >= 0, 'mailbox.reserved: an integer >= 0');
    this.capacity = capacity;
    this.overflow = overflow;
    this.#reserved = reserved;
  }

  hasRoom(urgent: boolean): boolean {
    return this.size < (urgent ? this.capacity + this.#reserved : this.capacity);
  }

  push(item: Item<M>, urgent: boolean): void {
    this.size += 1;
    if (urgent) (this.#urgent ??= new MessageQueue()).push(item);
    else this.#normal.push(item);
  }

  /** Back to the front, room or not: it had its place before. */
  unshift(item: Item<M>): void {
    this.size += 1;
    this.#normal.unshift(item);
  }

  /** The next one. Ask `size` first: undefined may be a message. */
  shift(): Item<M> | undefined {
    this.size -= 1;
    if (this.#urgent !== undefined && this.#urgent.size > 0) return this.#urgent.shift();
    return this.#normal.shift();
  }

  /** Whether `drop-oldest` finds something to drop: an urgent item never makes room for a normal one. */
  canDropFor(urgent: boolean): boolean {
    return this.#normal.size > 0 || (urgent && this.#urgent !== undefined && this.#urgent.size > 0);
  }

  /** The oldest normal item, or the oldest urgent one when there is no other. */
  dropOldest(): Item<M> | undefined {
    this.size -= 1;
    return this.#normal.size > 0 ? this.#normal.shift() : this.#urgent?.shift();
  }

  /** An item waiting here has just become unwanted. */
  leave(urgent: boolean): void {
    this.size -= 1;
    if (urgent) this.#urgent?.leave();
    else this.#normal.leave();
  }
}
