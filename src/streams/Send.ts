import type { RxcometError } from '../errors/RxcometError';
import type { ClientConnection } from './ClientConnection';
import type { TimeoutEntry, TimeoutQueue } from './TimeoutQueue';

/** Where the outcome of a send goes. After `complete` or `error` nothing more comes. */
export interface SendSink {
  next(value: unknown): void;
  complete(): void;
  error(error: RxcometError): void;
}

/** One message on its way: in the queue, then on a connection, then done. */
export class Send implements TimeoutEntry {
  timeoutPrevious: TimeoutEntry | undefined = undefined;
  timeoutNext: TimeoutEntry | undefined = undefined;
  timeoutAt = 0;
  timeoutArmed = false;
  /** The queue that holds its timeout. */
  timeouts: TimeoutQueue<Send> | undefined = undefined;

  done = false;
  /** The connection it was written to. */
  connection: ClientConnection | undefined = undefined;
  /** message-id on that connection. */
  id = 0;
  /** Called once when it is over, however it ended. */
  onDone: (() => void) | undefined = undefined;
  /** Clock time at which it entered the queue, for Ttl_ms. */
  queuedAt = 0;

  constructor(
    readonly action: string,
    /** JSON text of the whole request, undefined for raw content. */
    readonly text: string | undefined,
    readonly raw: Uint8Array | undefined,
    /** True: somebody waits, so that its time runs from now on and not from the writing. */
    readonly awaited: boolean,
    readonly confirm: boolean,
    readonly timeoutMs: number,
    readonly key: string | undefined,
    readonly trace: string | undefined,
    readonly sink: SendSink,
  ) {}

  /** What it weighs in the queue, in bytes (two-byte characters count as one; the limit is a guard, not an account). */
  get weight(): number {
    return this.text === undefined ? (this.raw?.byteLength ?? 0) : this.text.length;
  }

  next(value: unknown): void {
    if (!this.done) this.sink.next(value);
  }

  complete(): void {
    if (this.done) return;
    this.#finish();
    this.sink.complete();
  }

  error(error: RxcometError): void {
    if (this.done) return;
    this.#finish();
    this.sink.error(error);
  }

  /** Nobody wants the outcome any more. */
  drop(): void {
    if (!this.done) this.#finish();
  }

  disarm(): void {
    this.timeouts?.remove(this);
    this.timeouts = undefined;
  }

  #finish(): void {
    this.done = true;
    if (this.timeouts !== undefined) this.disarm();
    this.onDone?.();
  }
}
