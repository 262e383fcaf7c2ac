import type { Subscriber } from 'rxjs';
import type { RxcometError } from '../../errors/RxcometError';
import type { ActionContract } from '../messages/defineAction';
import type { SendSink } from './Send';
import { notSent } from './arguments';

/** A promise of the last result. */
export class AskSink implements SendSink {
  #last: unknown = null;

  constructor(
    readonly resolve: (value: unknown) => void,
    readonly reject: (error: Error) => void,
    readonly contract: ActionContract | undefined,
  ) {}

  next(value: unknown): void {
    this.#last = value;
  }

  complete(): void {
    if (this.contract === undefined) {
      this.resolve(this.#last);
      return;
    }
    try {
      this.resolve(this.contract.decodeAck(this.#last, ''));
    } catch (error) {
      this.reject(notSent(error));
    }
  }

  error(error: RxcometError): void {
    this.reject(error);
  }
}

/** A subscriber of each result. */
export class SubscriberSink implements SendSink {
  constructor(
    readonly subscriber: Subscriber<unknown>,
    readonly contract: ActionContract | undefined,
  ) {}

  next(value: unknown): void {
    if (this.contract === undefined) {
      this.subscriber.next(value);
      return;
    }
    let decoded: unknown;
    try {
      decoded = this.contract.decodeAck(value, '');
    } catch (error) {
      this.subscriber.error(error);
      return;
    }
    this.subscriber.next(decoded);
  }

  complete(): void {
    this.subscriber.complete();
  }

  error(error: RxcometError): void {
    this.subscriber.error(error);
  }
}

/** A detached send: the result is dropped, a failure is reported. */
export class TellSink implements SendSink {
  constructor(readonly report: (error: RxcometError) => void) {}

  next(): void {
    // Nobody waits for it.
  }

  complete(): void {
    // Delivered.
  }

  error(error: RxcometError): void {
    this.report(error);
  }
}
