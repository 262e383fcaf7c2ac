import type { HostConfig } from '../../config/types/HostConfig';
import { AppStopping, HandlerFailed } from '../../errors/handling';
import { RxcometError } from '../../errors/RxcometError';
import type { Clock } from '../../runtime/Clock';
import { quoteName } from '../../runtime/names';
import type { DedupCounts, DedupHook, DedupStore, JoinerPort, KeptAnswer } from './DedupStore';
import { DedupRun, type RunOwner } from './DedupRun';
import type { HandlerChain } from '../dispatch/HandlerChain';
import type { Exchange } from '../dispatch/Exchange';
import { KnownKeys } from './KnownKeys';
import { Message } from '../messages/Message';
import { nextMicrotask } from '../../runtime/turns';

/** Bytes of answers that one host holds in memory for repeats. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;

/** What a Dedup is made of. */
export interface DedupOptions {
  readonly config: NonNullable<HostConfig['dedup']>;
  /** Bytes of one answer; a larger one is not kept. */
  readonly maxAnswerBytes: number;
  readonly clock: Clock;
  readonly chain: HandlerChain;
  /** Undefined: keys and answers are kept in memory and end with the process. */
  readonly store: DedupStore | undefined;
  readonly hook: DedupHook | undefined;
  /** Sees each message before its handlers; not its repeats. */
  readonly onMessage: (message: Message) => void;
  readonly report: (error: RxcometError) => void;
  /** No handling goes on any more. */
  readonly onIdle: () => void;
}

/**
 * Knows messages again by their message-key (protocol 2, `message-key`): a repeat joins the handling that
 * goes on, or gets the answer that was kept. After an error, or when handlers were cut off, the next repeat
 * is handled again, as redelivered.
 *
 * With a store: "entered" is written before the handlers are asked, the answer before the acknowledgement
 * goes out.
 */
export class Dedup implements RunOwner {
  readonly maxAnswerBytes: number;
  readonly #options: DedupOptions;
  readonly #known: KnownKeys;
  #joined = 0;
  #repeated = 0;
  /** By key: accepted, and no answer kept. */
  readonly #runs = new Map<string, DedupRun>();
  /** Begun, and the handlers have not settled or the answer is not out. */
  readonly #active = new Set<DedupRun>();
  /** Keys whose answer the disk did not take; it is held in memory meanwhile. */
  readonly #unsaved = new Set<string>();
  #saving: Promise<void> | undefined;
  // Wall-clock time that does not jump: keys must not be forgotten because somebody sets the clock.
  readonly #wallOffset: number;

  constructor(options: DedupOptions) {
    const { config, clock, maxAnswerBytes, store } = options;
    this.#options = options;
    this.maxAnswerBytes = maxAnswerBytes;
    this.#wallOffset = clock.wallTime() - clock.now();
    this.#known = new KnownKeys({
      windowMs: config.windowMs,
      maxKeys: config.maxKeys,
      maxBytes: MAX_HELD_BYTES,
      onForget: (key) => {
        this.#unsaved.delete(key);
        store?.forget(key);
      },
    });
  }

  get counts(): DedupCounts {
    return {
      keys: this.#known.size + this.#runs.size,
      joined: this.#joined,
      repeated: this.#repeated,
      forgottenEarly: this.#known.forgottenEarly,
    };
  }

  /** Handlings that go on. */
  get active(): number {
    return this.#active.size;
  }

  /** Those of them whose connections are gone. */
  get deserted(): number {
    let count = 0;
    for (const run of this.#active) if (run.deserted) count += 1;
    return count;
  }

  /** Opens the store, if there is one, and takes over what it knows. Rejects as DedupStore.open. */
  async open(): Promise<void> {
    const { store } = this.#options;
    if (store === undefined) return;
    const { keys, problem } = await store.open();
    if (problem !== undefined) this.#options.report(problem);
    const now = this.#now();
    this.#known.clear();
    // A time to come was written while the clock was wrong.
    for (const { key, at, answered } of keys) this.#known.add(key, Math.min(at, now), answered, 0);
  }

  /**
   * Takes a request that has a key. True: the exchange has joined its run and may take its turn
   * (`exchange.run`). False: it is over, as its answer was there already or it wants none.
   */
  accept(exchange: Exchange, port: JoinerPort): boolean {
    const key = exchange.message.key ?? '';
    const running = this.#runs.get(key);
    if (running !== undefined) {
      this.#joined += 1;
      return !exchange.noAck && running.join(exchange, port);
    }
    const known = this.#known.find(key, this.#now());
    const { store, chain } = this.#options;
    const run = new DedupRun(this, chain, key);
    if (known?.answered === true) {
      this.#repeated += 1;
      if (exchange.noAck) return false;
      const answer = this.#known.answer(key);
      if (answer !== undefined || store === undefined || this.#unsaved.has(key)) {
        run.give(exchange, port, answer);
        return false;
      }
      run.exchange.message = exchange.message;
      this.#runs.set(key, run);
      run.join(exchange, port);
      void run.recall(store.recall(key));
      return true;
    }
    run.exchange.noAck = exchange.noAck;
    run.exchange.message = messageOf(exchange.message, known !== undefined, run.exchange);
    this.#known.take(key);
    this.#runs.set(key, run);
    run.join(exchange, port);
    // Known but not answered: the mark is there.
    if (store !== undefined && known === undefined) this.#enter(run, store);
    return true;
  }

  // What runs tell

  /** Its handlers are about to be asked. */
  begins(run: DedupRun): void {
    this.#active.add(run);
    this.#options.onMessage(run.exchange.message);
    this.#options.hook?.('handler-entered', run.key);
  }

  /** Nobody wants it, and it had not begun. */
  discard(run: DedupRun): void {
    if (!this.#remove(run)) return;
    if (run.exchange.message.redelivered) this.#known.add(run.key, this.#now(), false, this.#runs.size);
    else this.#options.store?.forget(run.key);
  }

  /**
   * It ended without an answer to keep: the next repeat is handled again. `error`: its answer could not be
   * read, which changes nothing.
   */
  failed(run: DedupRun, error?: unknown): void {
    if (!this.#remove(run)) return;
    if (error === undefined) this.#known.add(run.key, this.#now(), false, this.#runs.size);
    else this.#report(run, error);
  }

  /** Keeps an answer, undefined when it is too large, and calls `done` when that is as safe as it gets. */
  keep(run: DedupRun, answer: KeptAnswer | undefined, done: () => void): void {
    const { store } = this.#options;
    const at = this.#now();
    const { key } = run;
    if (store === undefined) {
      this.#kept(run, at);
      if (answer !== undefined) this.#known.hold(key, answer);
      done();
      return;
    }
    store.keep(key, at, answer).then(
      () => {
        this.#kept(run, at);
        done();
      },
      (error: unknown) => {
        // Handled is handled: it is acknowledged, and known in this process until the disk takes it.
        this.#report(run, error);
        this.#kept(run, at);
        if (answer !== undefined) this.#known.hold(key, answer);
        this.#unsaved.add(key);
        done();
      },
    );
  }

  /** Its acknowledgements were written, and leave in this turn. */
  acknowledged(run: DedupRun): void {
    const { hook } = this.#options;
    if (hook !== undefined) nextMicrotask(() => hook('ack-written', run.key));
  }

  /** Its handlers have settled and its answer is out. */
  ended(run: DedupRun): void {
    if (this.#runs.get(run.key) === run) this.#runs.delete(run.key);
    if (this.#active.delete(run) && this.#active.size === 0) this.#options.onIdle();
  }

  // What the host decides

  /** The end of grace: whatever goes on is aborted. */
  abort(): void {
    const reason = new AppStopping('the app stops and the grace time is over');
    for (const run of [...this.#active]) run.abort(reason);
    // Handlers that don't heed it are not waited for.
    this.#active.clear();
    this.#runs.clear();
    this.#options.onIdle();
  }

  /** Writes what is left and closes the store. */
  async close(): Promise<void> {
    const { store } = this.#options;
    if (store === undefined) return;
    await this.#saving;
    await this.#save(store);
    await store.close();
  }

  #enter(run: DedupRun, store: DedupStore): void {
    run.entered = false;
    store.enter(run.key, this.#now()).then(
      () => {
        run.mayBegin();
        if (this.#unsaved.size > 0) this.#saving ??= this.#save(store);
      },
      (error: unknown) => {
        this.#report(run, error);
        this.#remove(run);
        run.refuse(asRxcometError(run, error));
      },
    );
  }

  /** The disk may take what it did not. */
  async #save(store: DedupStore): Promise<void> {
    await Promise.all(
      [...this.#unsaved].map(async (key) => {
        try {
          await store.keep(key, this.#now(), this.#known.answer(key));
        } catch {
          // Told when it failed first.
          return;
        }
        if (this.#unsaved.delete(key)) this.#known.release(key);
      }),
    );
    this.#saving = undefined;
  }

  #kept(run: DedupRun, at: number): void {
    this.#remove(run);
    this.#known.add(run.key, at, true, this.#runs.size);
  }

  /** False: another run has its key, or it has been removed. */
  #remove(run: DedupRun): boolean {
    return this.#runs.get(run.key) === run && this.#runs.delete(run.key);
  }

  #report(run: DedupRun, error: unknown): void {
    this.#options.report(asRxcometError(run, error));
  }

  #now(): number {
    return this.#wallOffset + this.#options.clock.now();
  }
}

function asRxcometError(run: DedupRun, error: unknown): RxcometError {
  if (error instanceof RxcometError) return error;
  const { action, peer } = run.exchange.message;
  return new HandlerFailed(`keeping the key of ${quoteName(action)} failed`, { action, peer, cause: error });
}

/** The message as its handlers see it: what it says of itself it says to the run. */
function messageOf(message: Message, redelivered: boolean, control: Exchange): Message {
  const { action, value, peer, host, id, key, receivedAt, dialect, trace } = message;
  return new Message(
    { action, value, peer, host, id, key, redelivered, receivedAt, dialect, trace },
    control,
  );
}
