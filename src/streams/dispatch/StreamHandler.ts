import { type Observable, type ObservableInput, Subject, type Subscription, from } from 'rxjs';
import { HandlerFailed } from '../../errors/handling';
import type { RxcometError } from '../../errors/RxcometError';
import type { Clock } from '../../runtime/Clock';
import { describeError } from '../../runtime/describeError';
import { GuardedSubscriber } from '../../runtime/guards';
import { cutName, quoteName } from '../../runtime/names';
import type { Message } from '../messages/Message';
import { backoffMs } from '../../runtime/backoff';
import { pulledFrom } from './results';

/** Delays before a stream handler that failed is subscribed anew. */
const restart = { minDelayMs: 100, maxDelayMs: 10_000, jitter: 0.2 };

/** What a stream handler needs of its app. */
export interface StreamHandlerOptions {
  readonly action: string;
  readonly build: (messages$: Observable<Message>) => ObservableInput<unknown>;
  /** True: null goes back before the stream sees the message. */
  readonly acknowledgeOnArrival: boolean;
  readonly clock: Clock;
  readonly random: () => number;
  readonly report: (error: RxcometError) => void;
  /** The stream has completed: no more messages for it. */
  readonly onComplete: () => void;
}

/**
 * A pipeline as a handler. When it errors, its open messages get error acknowledgements and it is subscribed
 * anew with backoff; messages that come meanwhile wait for it. When it completes it is through.
 */
export class StreamHandler {
  readonly #options: StreamHandlerOptions;
  /** Messages given to the pipeline and not yet over. */
  readonly #open = new Set<Message>();
  /** Messages for the next subscription. */
  readonly #waiting = new Set<Message>();
  #input: Subject<Message> | undefined;
  #subscription: Subscription | undefined;
  #failures = 0;
  #subscribedAt = 0;
  #timer: unknown;
  #closed = false;

  constructor(options: StreamHandlerOptions) {
    this.#options = options;
    this.#subscribe();
  }

  push(message: Message): void {
    if (this.#closed) {
      message.fail(new Error(`the stream handler of "${this.#options.action}" has completed`));
      return;
    }
    const { acknowledgeOnArrival } = this.#options;
    // Also behind those that are just being given to a new pipeline.
    const mustWait = this.#input === undefined || this.#waiting.size > 0;
    if (!acknowledgeOnArrival || mustWait) {
      this.#open.add(message);
      message.onReleased(() => {
        this.#open.delete(message);
        this.#waiting.delete(message);
        // It got a message through; those that end while there is no pipeline say nothing.
        if (this.#input !== undefined && !acknowledgeOnArrival) this.#failures = 0;
      });
    }
    if (this.#input === undefined || mustWait) this.#waiting.add(message);
    else this.#give(this.#input, message);
  }

  /** Unsubscribes the pipeline; what it had open fails. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#options.clock.clearTimeout(this.#timer);
    this.#input = undefined;
    this.#subscription?.unsubscribe();
    this.#failOpen(new Error(`the stream handler of "${this.#options.action}" was removed`));
  }

  #give(input: Subject<Message>, message: Message): void {
    // Not before there is a pipeline: what waits for one keeps its slot, so that no more than Max_in_flight
    // can.
    if (this.#options.acknowledgeOnArrival) message.ack();
    try {
      input.next(message);
    } catch (error) {
      // Of a stream that the pipeline shares with another.
      this.#thrown(error);
    }
  }

  #subscribe(): void {
    const input = new Subject<Message>();
    this.#input = input;
    this.#subscribedAt = this.#options.clock.now();
    const subscriber = new GuardedSubscriber<unknown>(
      { error: (error: unknown) => this.#failed(error), complete: () => this.#completed() },
      this.#thrown,
    );
    this.#subscription = subscriber;
    try {
      subscriber.follow(streamOf(this.#options.build(input), this.#thrown));
    } catch (error) {
      subscriber.unsubscribe();
      this.#failed(error);
      return;
    }
    for (const message of this.#waiting) {
      // Failing at once, or completing, leaves the rest to the next subscription.
      if (this.#input !== input) break;
      this.#waiting.delete(message);
      this.#give(input, message);
    }
  }

  #failed(cause: unknown): void {
    if (this.#closed) return;
    const { action, clock, random, report } = this.#options;
    const error = streamFailure(action, cause);
    this.#input = undefined;
    // Those that wait have not been seen by it; they are for the next one.
    this.#failures = clock.now() - this.#subscribedAt >= restart.maxDelayMs ? 1 : this.#failures + 1;
    if (this.#open.size === this.#waiting.size) report(error);
    this.#failOpen(error);
    const delayMs = backoffMs(restart, this.#failures, random());
    this.#timer = clock.setTimeout(() => this.#subscribe(), delayMs);
  }

  /** Thrown where it changes nothing, as the pipeline ends. */
  readonly #thrown = (error: unknown): void =>
    this.#options.report(streamFailure(this.#options.action, error));

  #completed(): void {
    if (this.#closed) return;
    this.#options.onComplete();
    this.close();
  }

  #failOpen(error: Error): void {
    for (const message of [...this.#open]) {
      if (this.#closed || !this.#waiting.has(message)) message.fail(error);
    }
  }
}

/** What a pipeline did wrong, as a failure. */
export function streamFailure(action: string, cause: unknown): HandlerFailed {
  const text = `the stream handler of ${quoteName(action)} failed: ${describeError(cause)}`;
  return new HandlerFailed(text, { action: cutName(action), peer: '', cause });
}

function streamOf(built: ObservableInput<unknown>, report: (error: unknown) => void): Observable<unknown> {
  const { [Symbol.asyncIterator]: pull, subscribe } = built as Partial<AsyncIterable<unknown>> & {
    readonly subscribe?: unknown;
  };
  if (typeof pull !== 'function' || typeof subscribe === 'function') return from(built);
  return pulledFrom(built as AsyncIterable<unknown>, report);
}
