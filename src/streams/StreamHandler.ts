import { Subject, type Observable, type Subscription } from 'rxjs';
import { HandlerFailed } from '../errors/HandlerFailed';
import type { RxcometError } from '../errors/RxcometError';
import type { Clock } from '../runtime/Clock';
import type { Message } from './Message';
import { reconnectDelayMs } from './reconnectDelayMs';

/** Delays before a stream handler that failed is subscribed anew. */
const RESTART = { minDelayMs: 100, maxDelayMs: 10_000, jitter: 0.2 };

/** What a stream handler needs of its app. */
export interface StreamHandlerOptions {
  readonly action: string;
  readonly build: (messages$: Observable<Message>) => Observable<unknown>;
  /** True: null goes back before the stream sees the message. */
  readonly acknowledgeOnArrival: boolean;
  readonly clock: Clock;
  readonly random: () => number;
  readonly report: (error: RxcometError) => void;
  /** The stream has completed: no more messages for it. */
  readonly onComplete: () => void;
}

/**
 * A pipeline as a handler. When it errors, its open messages get error acknowledgements and it is subscribed anew with backoff; messages
 * that come meanwhile wait for it. When it completes it is through.
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
    if (this.#options.acknowledgeOnArrival) message.ack();
    else {
      this.#open.add(message);
      message.onReleased(() => {
        this.#open.delete(message);
        this.#waiting.delete(message);
        this.#failures = 0;
      });
    }
    if (this.#input === undefined) this.#waiting.add(message);
    else this.#input.next(message);
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

  #subscribe(): void {
    const input = new Subject<Message>();
    this.#input = input;
    try {
      this.#subscription = this.#options.build(input).subscribe({
        error: (error: unknown) => this.#failed(error),
        complete: () => this.#completed(),
      });
    } catch (error) {
      this.#failed(error);
      return;
    }
    for (const message of this.#waiting) {
      // Failing at once, or completing, leaves the rest to the next subscription.
      if (this.#input !== input) break;
      this.#waiting.delete(message);
      input.next(message);
    }
  }

  #failed(cause: unknown): void {
    if (this.#closed) return;
    const { action, clock, random, report } = this.#options;
    const text = cause instanceof Error ? cause.message : String(cause);
    const error = new HandlerFailed(`the stream handler of "${action}" failed: ${text}`, {
      action,
      peer: '',
      cause,
    });
    this.#input = undefined;
    // Those that wait have not been seen by it; they are for the next one.
    const failures = this.#failures + 1;
    if (this.#open.size === 0) report(error);
    this.#failOpen(error);
    this.#failures = failures;
    this.#timer = clock.setTimeout(() => this.#subscribe(), reconnectDelayMs(RESTART, failures, random()));
  }

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
