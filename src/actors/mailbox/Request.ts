import { AskAborted, AskTimeout } from '../../errors/actors';
import type { Clock } from '../../runtime/Clock';
import type { DeadLetterReason } from '../ActorSystem';
import type { Priority } from '../ActorRef';
import { Envelope } from './Envelope';
import { onAbort } from '../../runtime/onAbort';
import { keepProcess, letProcessEnd } from '../../runtime/keepProcess';

/**
 * Where the answers to one message go. Exactly one of `complete` and `error` is called, once, and nothing
 * after it.
 */
export interface Answers<R> {
  next(value: R): void;
  complete(): void;
  error(error: unknown): void;
}

/** Where a request is: the owner of that place has to be told when it is given up. */
export type RequestPlace = 'waiting' | 'mailbox' | 'stash' | 'handling';

/** What a request needs of the actor it goes to. */
export interface RequestOwner<R> {
  readonly path: string;
  readonly clock: Clock;
  /** The asking side gave up; it has been told. */
  abandoned(request: Request<unknown, R>, reason: Error): void;
}

/** A message whose answer somebody awaits. Sees to it that the asking side hears of exactly one end. */
export class Request<M, R> extends Envelope<M> {
  place: RequestPlace = 'waiting';
  urgent: boolean;
  /** Takes it out of the line of those who wait for room. */
  leaveLine: ((error: Error, reason: DeadLetterReason) => void) | undefined = undefined;
  #settled = false;
  #armed = false;
  #timer: unknown = undefined;
  #signal: AbortSignal | undefined = undefined;
  #release: (() => void) | undefined = undefined;
  readonly #owner: RequestOwner<R>;
  readonly #answers: Answers<R>;
  readonly #until: 'first' | 'last';
  constructor(
    owner: RequestOwner<R>,
    message: M,
    answers: Answers<R>,
    /** Until which of its replies the timeout runs. */
    until: 'first' | 'last',
    priority: Priority,
    /** Calls the behaviour with it; undefined: it is just called. */
    readonly within: ((call: () => void) => void) | undefined,
  ) {
    super(message);
    this.#owner = owner;
    this.#answers = answers;
    this.#until = until;
    this.urgent = priority !== 'normal';
  }

  override get wanted(): boolean {
    return !this.#settled;
  }

  /** Starts the limits of its life. */
  arm(timeoutMs: number, signal: AbortSignal | undefined): void {
    if (this.#settled) return;
    this.#armed = true;
    keepProcess();
    if (timeoutMs !== Infinity) {
      this.#timer = this.#owner.clock.setTimeout(() => {
        this.#timer = undefined;
        this.giveUp(new AskTimeout(`no answer within ${timeoutMs} ms`, { actor: this.#owner.path }));
      }, timeoutMs);
    }
    if (signal !== undefined) {
      this.#signal = signal;
      this.#release = onAbort(signal, this.#onAbort);
    }
  }

  /** False: too late, nobody listens. */
  reply(value: R): boolean {
    if (this.#settled) return false;
    if (this.#until === 'first') this.#clearTimer();
    this.#answers.next(value);
    return true;
  }

  complete(): void {
    if (this.#settle()) this.#answers.complete();
  }

  fail(error: unknown): void {
    if (this.#settle()) this.#answers.error(error);
  }

  /** Ends it from the asking side, which hears `reason`. */
  giveUp(reason: Error): void {
    if (!this.#settle()) return;
    this.#answers.error(reason);
    this.#owner.abandoned(this, reason);
  }

  /** Nobody listens any more. */
  cancel(): void {
    if (this.#settled) return;
    this.giveUp(new AskAborted('the asking side unsubscribed', { actor: this.#owner.path }));
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    if (this.#armed) letProcessEnd();
    this.#clearTimer();
    this.#release?.();
    return true;
  }

  #clearTimer(): void {
    if (this.#timer === undefined) return;
    this.#owner.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly #onAbort = (): void => {
    this.giveUp(
      new AskAborted('the asking side gave up', { actor: this.#owner.path, cause: this.#signal?.reason }),
    );
  };
}
