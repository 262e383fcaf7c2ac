import { randomBytes } from 'node:crypto';
import { Observable, Subject } from 'rxjs';
import { AppStopped, QueueFull } from '../../errors/sending';
import type { RxcometError } from '../../errors/RxcometError';
import { quoteName } from '../../runtime/names';
import type {
  DeliverKept,
  ProbePeer,
  OutboxPort,
  OutboxState,
  OutgoingMessage,
} from '../../streams/client/OutboxPort';
import { Confirmation } from './Confirmation';
import type { KeptMessage } from './KeptMessage';
import { StoreProblem } from '../KeyValueStore';
import { LevelStore } from '../LevelStore';
import { OutboxCourier } from './OutboxCourier';
import { howMany, openFailure, storeFailure } from './failures';
import { OutboxStore, type OpenedOutbox } from './OutboxStore';
import type { OutboxOptions } from './OutboxOptions';
import { format } from './records';

/** `outbox$` emits this often at most. */
const STATE_EVERY_MS = 250;
/** A store that could not be opened is left alone for so long. */
const REOPEN_MS = 1000;
/** What a waiting message takes besides its content. */
const OVERHEAD_BYTES = 256;

/**
 * Keeps the detached messages of a client on disk until the peer has acknowledged them: each is written, then
 * handed to the peer's queue in the order told, again and again until it is acknowledged, or put among the
 * dead letters because the peer refuses it each time.
 *
 * Every message has a message-key (protocol 2) that all its repeats carry.
 */
export class Outbox implements OutboxPort {
  readonly outbox$: Observable<OutboxState>;
  readonly #options: OutboxOptions;
  readonly #store: OutboxStore;
  readonly #courier: OutboxCourier;
  readonly #changed = new Subject<void>();
  /**
   * Made anew each time: of a folder that was copied or restored the keys that are given from now on are
   * unused as well.
   */
  readonly #id = randomBytes(12).toString('hex');
  readonly #confirmation = new Confirmation();
  #keys = 0;
  #opening: Promise<void> | undefined;
  #opened = false;
  #closing: Promise<void> | undefined;
  #refused: { readonly cause: unknown; readonly until: number } | undefined;
  #overHighWater = false;
  #drained: (() => void)[] = [];
  #stateTimer: unknown;
  #stateStale = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    const { path, clock, store = new LevelStore(path, format) } = options;
    this.#store = new OutboxStore({
      store,
      clock,
      onWritten: (messages) => {
        this.#courier.written(messages);
        this.#settled();
      },
      onFailed: (messages, cause) => {
        for (const kept of messages) {
          const { action } = kept.message;
          this.#confirmation.failed(
            kept,
            this.#trouble(`could not take ${quoteName(action)}`, cause, action),
          );
        }
        this.#settled();
      },
      onEmptied: (cause) => {
        this.#trouble('has lost its files', cause, '');
        return this.#courier.inMemory();
      },
      onDamage: (found) => this.#tellDamage(found),
      floor: () => this.#courier.floor,
    });
    this.#courier = new OutboxCourier({
      ...options,
      store: this.#store,
      onChange: () => this.#show(),
      onTrouble: (what, cause, lost) => this.#trouble(what, cause, '', lost),
    });
    this.outbox$ = new Observable((subscriber) => {
      subscriber.next(this.#state);
      return this.#changed.subscribe({
        next: () => subscriber.next(this.#state),
        complete: () => subscriber.complete(),
      });
    });
  }

  connect(deliver: DeliverKept, probe: ProbePeer): void {
    this.#courier.connect(deliver, probe);
  }

  open(): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(this.#stopped(''));
    this.#opening ??= this.#open();
    return this.#opening;
  }

  keep(message: OutgoingMessage): boolean {
    const { action } = message;
    if (this.#closing !== undefined) {
      this.#refuse(this.#stopped(action), action);
      return true;
    }
    const { clock, queue } = this.#options;
    const bytes = contentBytes(message);
    const { waiting, waitingBytes } = this.#store;
    const weight = waitingBytes + waiting * OVERHEAD_BYTES;
    if (waiting > 0 && weight + bytes > queue.maxBytes) {
      this.#overHighWater = true;
      const text = `${queue.maxBytes} bytes (Queue.Max_bytes) wait to be written to the outbox; wait for drained() when tell() returns false`;
      const { client } = this.#options;
      this.#refuse(new QueueFull(text, { client, action, delivered: 'no', key: message.key }), action);
      return false;
    }
    this.#keys += 1;
    const key = message.key ?? `${this.#id}-${this.#keys}`;
    const at = clock.wallTime();
    const kept: KeptMessage = { seq: 0, message: { ...message, key }, bytes, at, tries: 0 };
    this.#confirmation.told(kept);
    this.#store.append(kept);
    if (!this.#opened) this.#openForKeep();
    if (
      waiting + 1 > queue.capacity * queue.highWater ||
      weight + bytes + OVERHEAD_BYTES > queue.maxBytes * queue.highWater
    ) {
      this.#overHighWater = true;
    }
    return !this.#overHighWater;
  }

  persisted(): Promise<void> {
    return this.#confirmation.ask(() => this.#store.persisted());
  }

  drained(): Promise<void> {
    if (!this.#overHighWater) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#courier.stop();
    await this.#opening?.catch(() => undefined);
    if (this.#opened) await this.#store.close().catch(() => undefined);
    this.#options.clock.clearTimeout(this.#stateTimer);
    this.#changed.complete();
  }

  async #open(): Promise<void> {
    const { clock, path, client } = this.#options;
    try {
      const found = await this.#store.open();
      this.#opened = true;
      this.#tellDamage(found);
      this.#courier.start(found);
      this.#store.begin();
      this.#show();
    } catch (cause) {
      const error = openFailure(cause, { path, client, action: '' });
      this.#opening = undefined;
      this.#refused = { cause, until: clock.now() + REOPEN_MS };
      // Whoever told them was promised that they are kept or reported.
      this.#store.fail(cause);
      throw error;
    }
  }

  #openForKeep(): void {
    const refused = this.#refused;
    if (this.#opening === undefined && refused !== undefined && this.#options.clock.now() < refused.until) {
      this.#store.fail(refused.cause);
      return;
    }
    // Each message that waits for it is reported when it fails.
    this.open().catch(() => undefined);
  }

  #tellDamage({ damage, lost }: OpenedOutbox): void {
    if (damage === undefined) return;
    const text = lost === undefined ? damage : `${damage}; ${howMany(lost)}`;
    this.#trouble('is damaged', new StoreProblem('lost', text), '', lost?.most);
    this.#show();
  }

  get #state(): OutboxState {
    const { clock } = this.#options;
    const { depth, bytes, deadLetters } = this.#store.totals;
    const { oldestAt } = this.#courier;
    const oldestMs = depth === 0 || oldestAt === undefined ? 0 : Math.max(0, clock.wallTime() - oldestAt);
    return { depth, bytes, oldestMs, deadLetters };
  }

  /** Emits now, or, soon after the last time, once at the end of the pause. */
  #show(): void {
    if (!this.#changed.observed) return;
    this.#stateStale = true;
    if (this.#stateTimer !== undefined) return;
    this.#stateStale = false;
    this.#changed.next();
    this.#stateTimer = this.#options.clock.setTimeout(() => {
      this.#stateTimer = undefined;
      if (this.#stateStale) this.#show();
    }, STATE_EVERY_MS);
  }

  #settled(): void {
    const { queue } = this.#options;
    const { waiting, waitingBytes } = this.#store;
    const low = queue.highWater / 2;
    if (
      this.#overHighWater &&
      waiting <= queue.capacity * low &&
      waitingBytes + waiting * OVERHEAD_BYTES <= queue.maxBytes * low
    ) {
      this.#overHighWater = false;
      for (const resolve of this.#drained.splice(0)) resolve();
    }
    this.#show();
  }

  #trouble(what: string, cause: unknown, action: string, lost?: number): RxcometError {
    const { path, client, report } = this.#options;
    const error = storeFailure(what, cause, { path, client, action }, lost);
    report(error, action);
    return error;
  }

  #refuse(error: RxcometError, action: string): void {
    this.#confirmation.refused(error);
    this.#options.report(error, action);
  }

  #stopped(action: string): AppStopped {
    return new AppStopped('the app was stopped', { client: this.#options.client, action, delivered: 'no' });
  }
}

function contentBytes({ text, raw }: KeptMessage['message'] | OutgoingMessage): number {
  return text === undefined ? (raw?.byteLength ?? 0) : Buffer.byteLength(text);
}
