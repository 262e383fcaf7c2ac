import type { Observable, Subscriber, TeardownLogic } from 'rxjs';
import { AskAborted } from '../../errors/actors';
import type { Logger } from '../../runtime/Logger';
import type {
  ActorContract,
  ActorRef,
  AskOptions,
  OfferOptions,
  Priority,
  ActorTellOptions,
  Termination,
} from '../ActorRef';
import type { Intake } from '../mailbox/Intake';
import { Request, type Answers, type RequestOwner } from '../mailbox/Request';
import { GuardedStream } from '../../runtime/GuardedStream';
import { requireOption } from '../requireOption';
import { keepProcessFor } from '../../runtime/keepProcess';

const DEFAULT_ASK_TIMEOUT_MS = 5000;

/** What an address needs of the actor behind it. */
export interface RefOwner<M, R> extends RequestOwner<R> {
  readonly intake: Intake<M>;
  readonly log: Logger;
  readonly contracts: ReadonlyMap<string, ActorContract> | undefined;
  /** Ends what the actor is doing, for the message at the head of its mailbox. */
  interrupt(): void;
  /**
   * Calls back once the actor has stopped, at once when it has; the function returned takes the listener
   * back.
   */
  onTermination(listener: (termination: Termination) => void): () => void;
  /** Something of the user's was thrown where it changes nothing. */
  readonly thrown: (error: unknown) => void;
}

/** The address of an actor of this process: checks options and puts messages into its intake. */
export class LocalRef<M, R> implements ActorRef<M, R> {
  readonly #cell: RefOwner<M, R>;
  readonly #priorityOf: ((message: M) => Priority) | undefined;

  constructor(cell: RefOwner<M, R>, priorityOf: ((message: M) => Priority) | undefined) {
    this.#cell = cell;
    this.#priorityOf = priorityOf;
  }

  get path(): string {
    return this.#cell.path;
  }

  get contracts(): ReadonlyMap<string, ActorContract> | undefined {
    return this.#cell.contracts;
  }

  get terminated$(): Observable<Termination> {
    return this.#guard((subscriber) =>
      this.#cell.onTermination((termination) => {
        subscriber.next(termination);
        subscriber.complete();
      }),
    );
  }

  tell(message: M, options?: ActorTellOptions): boolean {
    const priority = this.#priority(message, options);
    const taken = this.#cell.intake.put(message, priority !== 'normal');
    if (taken && priority === 'interrupt') this.#cell.interrupt();
    return taken;
  }

  async offer(message: M, options: OfferOptions = {}): Promise<void> {
    checkWait(options);
    const priority = this.#priority(message, options);
    const admitted = this.#cell.intake.offer(message, priority !== 'normal', options, () => {
      if (priority === 'interrupt') this.#cell.interrupt();
    });
    await keepProcessFor(admitted);
  }

  ask(message: M, options?: AskOptions): Promise<R> {
    return new Promise((resolve, reject) => {
      // Where a behaviour may settle without a reply, its R includes null.
      let last = null as R;
      const answers = {
        next: (value: R): void => {
          last = value;
        },
        complete: (): void => resolve(last),
        error: reject,
      };
      this.#request(message, answers, options, 'last');
    });
  }

  send(message: M, options?: AskOptions): Observable<R> {
    return this.#guard((subscriber) => this.#request(message, subscriber, options, 'first'));
  }

  toString(): string {
    return `ActorRef(${this.#cell.path})`;
  }

  /** Sends a message whose answers go to `answers`; the function returned cancels it. */
  #request(
    message: M,
    answers: Answers<R>,
    options: AskOptions = {},
    until: 'first' | 'last',
  ): (() => void) | undefined {
    const { timeoutMs = DEFAULT_ASK_TIMEOUT_MS, waitMs = 0, signal, within } = options;
    const cell = this.#cell;
    try {
      requireOption(timeoutMs > 0, 'timeoutMs: above 0');
      checkWait(options);
    } catch (error) {
      answers.error(error);
      return undefined;
    }
    if (signal?.aborted === true) {
      answers.error(new AskAborted('aborted before it was sent', { actor: cell.path, cause: signal.reason }));
      return undefined;
    }
    const priority = this.#priority(message, options);
    const request = new Request(cell, message, answers, until, priority, within);
    if (waitMs === 0) cell.intake.put(request, request.urgent);
    else cell.intake.putRequestLater(request, waitMs);
    if (!request.wanted) return undefined;
    request.arm(timeoutMs, signal);
    if (priority === 'interrupt') cell.interrupt();
    return () => request.cancel();
  }

  /**
   * A stream whose subscribers' mistakes are told by the actor, and harm it as little as they harm whoever
   * emits.
   */
  #guard<T>(subscribe: (subscriber: Subscriber<T>) => TeardownLogic): Observable<T> {
    return new GuardedStream(subscribe, this.#cell.thrown);
  }

  /** The higher of what the sender wants and what the receiver's rule says. */
  #priority(message: M, options: ActorTellOptions | undefined): Priority {
    let wanted: Priority = 'normal';
    try {
      wanted = options?.priority ?? wanted;
      if (this.#priorityOf === undefined || wanted === 'interrupt') return wanted;
      const own = this.#priorityOf(message);
      return own === 'normal' ? wanted : own;
    } catch (error) {
      // The receiver's mistake must not hit whoever sends.
      this.#cell.log.error({ err: error }, 'the priority function of the mailbox failed; it is left out');
      return wanted;
    }
  }
}

function checkWait({ waitMs }: OfferOptions): void {
  requireOption(waitMs === undefined || waitMs >= 0, 'waitMs: 0 or above');
}
