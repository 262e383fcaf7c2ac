import {
  Observable,
  isObservable,
  type Observer,
  type Subscriber,
  type Subscription,
  type TeardownLogic,
} from 'rxjs';
import { isRxcometError, type RxcometError } from '../errors/RxcometError';
import { SubscriberFailed } from '../errors/setUp';
import { describeError } from './describeError';
import { GuardedSubscriber, type ReportThrown } from './guards';

type Next<T> = (value: T) => void;

/**
 * A stream of ours that outlives its subscribers' mistakes: what a subscriber's callback throws, or an async
 * one rejects with, is reported as ERR_SUBSCRIBER, and the subscriber stays; so it is behind operators, and
 * with what is thrown as a subscription ends. An operator that throws ends its own subscription, and is
 * reported when that one has no `error` callback; so is an error of ours, as it is. rxjs alone would throw
 * into whatever emitted, or from a timer, which ends the process.
 *
 * A subclass, against our habit, because `subscribe` is where callbacks come in. Behind an operator of
 * somebody's a Subscriber comes in; it gets what we emit through one that is guarded.
 */
export class GuardedStream<T> extends Observable<T> {
  readonly #report: (error: RxcometError) => void;

  /** @param subscribe as for an Observable */
  constructor(
    subscribe: (subscriber: Subscriber<T>) => TeardownLogic,
    report: (error: RxcometError) => void,
  ) {
    super((subscriber) => {
      if (subscriber instanceof GuardedSubscriber) return subscribe(subscriber as GuardedSubscriber<T>);
      const guarded = new GuardedSubscriber<T>(subscriber, reportThrown(report));
      guarded.add(subscribe(guarded));
      return guarded;
    });
    this.#report = report;
  }

  // Of all streams together: one is made for each send.
  static {
    const { pipe } = Observable.prototype as {
      readonly pipe: (this: Observable<unknown>, ...operators: never[]) => unknown;
    };
    this.prototype.pipe = function (this: GuardedStream<unknown>, ...operators: never[]): unknown {
      const piped: unknown = pipe.apply(this, operators);
      return isObservable(piped) ? guardStream<unknown>(piped, this.#report) : piped;
    } as Observable<unknown>['pipe'];
  }

  override subscribe(observer?: Partial<Observer<T>> | Next<T>): Subscription;
  override subscribe(
    next?: Next<T> | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription;
  override subscribe(
    first?: Partial<Observer<T>> | Next<T> | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    // A Subscriber is an operator's or a Subject's own; it has its rules for errors.
    if (typeof first === 'object' && first !== null && 'unsubscribe' in first) return super.subscribe(first);
    const observer: Partial<Observer<T>> =
      typeof first === 'object' && first !== null
        ? first
        : { ...(first && { next: first }), ...(error && { error }), ...(complete && { complete }) };
    return super.subscribe(new GuardedSubscriber<T>(observer, reportThrown(this.#report)));
  }
}

/** The same stream, guarded. */
export function guardStream<T>(
  source: Observable<T>,
  report: (error: RxcometError) => void,
): GuardedStream<T> {
  return new GuardedStream((subscriber) => source.subscribe(subscriber), report);
}

function reportThrown(report: (error: RxcometError) => void): ReportThrown {
  return (error) => {
    report(
      isRxcometError(error)
        ? error
        : new SubscriberFailed(`a subscriber threw: ${describeError(error)}`, { cause: error }),
    );
  };
}
