import { Subject } from 'rxjs';
import type { RxcometError } from '../errors/RxcometError';
import type { Clock } from '../runtime/Clock';
import type { Logger } from '../runtime/Logger';
import { type Failure, failureLine } from './Failure';
import { isCounted } from './isCounted';

/** Of what comes in thousands the first is told at once, the rest as one entry so often. */
const COUNT_WINDOW_MS = 1000;
/** The logger hears of the same code and peer, whatever its port, this often at most. */
const LOG_WINDOW_MS = 10_000;
/** Kinds of failure remembered for that; beyond it the memory starts anew. */
const MANY_KINDS = 1000;

/** The last line about a code and a peer, without its port, and how many failures came after it. */
interface Logged {
  readonly at: number;
  readonly code: string;
  readonly peer: string;
  suppressed: number;
}

/**
 * The one place where failures that nobody receives end: `failures$`, or the logger while nobody subscribes.
 */
export class FailureReporter {
  readonly #subject = new Subject<Failure>();
  readonly failures$ = this.#subject.asObservable();
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #counted = new Map<string, { readonly first: Failure; count: number; timer: unknown }>();
  readonly #logged = new Map<string, Logged>();
  readonly #onFailure: (code: string) => void;

  /** `onFailure` hears of each failure, those that are counted together included. */
  constructor(clock: Clock, logger: Logger, onFailure: (code: string) => void) {
    this.#clock = clock;
    this.#logger = logger;
    this.#onFailure = onFailure;
  }

  report(error: RxcometError, peer: string, action: string): void {
    this.#onFailure(error.code);
    const failure: Failure = { code: error.code, error, peer, action, count: 1 };
    if (!isCounted(error.code)) {
      this.#emit(failure);
      return;
    }
    const key = `${error.code} ${peer} ${action}`;
    const counted = this.#counted.get(key);
    if (counted !== undefined) {
      counted.count += 1;
      return;
    }
    const timer = this.#clock.setTimeout(() => this.#closeWindow(key), COUNT_WINDOW_MS);
    this.#counted.set(key, { first: failure, count: 0, timer });
    this.#emit(failure);
  }

  /** Emits what was still being counted, logs how many were not logged, and completes. */
  complete(): void {
    for (const key of [...this.#counted.keys()]) this.#closeWindow(key);
    for (const left of this.#logged.values()) this.#logLeftOut(left);
    this.#logged.clear();
    this.#subject.complete();
  }

  #closeWindow(key: string): void {
    const counted = this.#counted.get(key);
    if (counted === undefined) return;
    this.#counted.delete(key);
    this.#clock.clearTimeout(counted.timer);
    if (counted.count > 0) this.#emit({ ...counted.first, count: counted.count });
  }

  #emit(failure: Failure): void {
    if (this.#subject.observed) this.#subject.next(failure);
    else this.#log(failure);
  }

  #log(failure: Failure): void {
    const { code, peer, count } = failure;
    // A COMET peer comes from another port with each message.
    const from = peer.replace(/:\d+$/, '');
    const key = `${code} ${from}`;
    const now = this.#clock.now();
    const last = this.#logged.get(key);
    if (last !== undefined && now - last.at < LOG_WINDOW_MS) {
      last.suppressed += count;
      return;
    }
    if (this.#logged.size >= MANY_KINDS) this.#logged.clear();
    const suppressed = last?.suppressed ?? 0;
    this.#logged.set(key, { at: now, code, peer: from, suppressed: 0 });
    this.#logger.warn(...failureLine(failure, suppressed));
  }

  #logLeftOut({ code, peer, suppressed: count }: Logged): void {
    if (count === 0) return;
    const where = peer === '' ? '' : `${peer}: `;
    this.#logger.warn(
      { code, peer, count },
      `${where}${count} more of this kind [${code}] until the app stopped`,
    );
  }
}
