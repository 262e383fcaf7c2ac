import { Observable, defer, retry, tap, throwError } from 'rxjs';
import { BadOption } from '../../errors/setUp';
import { SendError } from '../../errors/sending';
import { backoffMs } from '../../runtime/backoff';
import { type Clock, systemClock } from '../../runtime/Clock';
import { type RetryBudget, createRetryBudget } from './createRetryBudget';
import { mayHelp } from './mayHelp';

/** Options of `retrySend`. */
export interface RetrySendOptions {
  /** How often a message is sent at most, the first time included. Default 4. */
  readonly tries?: number;
  /** Pause before the first repeat in ms, doubled before each further one. Default 100. */
  readonly minDelayMs?: number;
  /** The longest pause in ms. Default 10000. */
  readonly maxDelayMs?: number;
  /**
   * 0 to 1: spreads each pause to both sides by up to this fraction of it, so that senders don't come back at
   * once. Default 0.5.
   */
  readonly jitter?: number;
  /** No try begins later than this after the subscription, in ms. Default: no limit but `tries`. */
  readonly withinMs?: number;
  /** Default: one of its own for all that is piped through this operator; hand one in to share it. */
  readonly budget?: RetryBudget;
  /**
   * Whether another try may help. Asked only where sending again is safe. Default: yes, unless the message
   * itself, the app or a handler of the peer is the reason.
   */
  readonly when?: (error: SendError) => boolean;
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
  /** 0 up to 1, for jitter. Default Math.random. */
  readonly random?: () => number;
}

/**
 * Sends again what failed, where that is safe: the message has not left (`delivered: 'no'`), or it carries a
 * `key`, by which the peer can tell a repeat. Between tries it pauses, longer each time, partly drawn by lot.
 * Repeats are bounded by `tries`, by `withinMs` and by a budget over all messages, so that they cannot
 * multiply the load of a peer in trouble: with the budget spent an error passes at once.
 *
 * Everything else passes unchanged: any other error, the last one of the tries, and an error after a first
 * result, because the results before it would come again. Unsubscribing ends the pause or the try under way.
 * Give one operator to all sends of a peer, so that they share its budget.
 *
 * @throws BadOption (ERR_BAD_OPTION) for a number out of range
 * @example
 * const again = retrySend({ tries: 5 });
 * telegram.send('Status', { unit: 4 }, { key: crypto.randomUUID() }).pipe(again).subscribe(console.log);
 */
export function retrySend({
  tries = 4,
  minDelayMs = 100,
  maxDelayMs = 10_000,
  jitter = 0.5,
  withinMs = Infinity,
  clock = systemClock,
  budget = createRetryBudget({ clock }),
  when = mayHelp,
  random = Math.random,
}: RetrySendOptions = {}): <T>(source: Observable<T>) => Observable<T> {
  check('tries', tries, tries >= 1, 'at least 1');
  check('minDelayMs', minDelayMs, minDelayMs >= 0, 'at least 0');
  check('maxDelayMs', maxDelayMs, maxDelayMs >= minDelayMs && maxDelayMs < 2 ** 31, 'minDelayMs to 2^31');
  check('jitter', jitter, jitter >= 0 && jitter <= 1, '0 to 1');
  check('withinMs', withinMs, withinMs >= 0, 'at least 0');

  const backoff = { minDelayMs, maxDelayMs, jitter };

  return (source) =>
    defer(() => {
      const endsAt = clock.now() + withinMs;
      let emitted = false;
      const mayRepeat = (error: unknown, failures: number, pauseMs: number): boolean =>
        error instanceof SendError &&
        !emitted &&
        failures < tries &&
        isSafe(error) &&
        when(error) &&
        clock.now() + pauseMs <= endsAt &&
        budget.withdraw();
      budget.deposit();
      return source.pipe(
        tap(() => (emitted = true)),
        retry({
          delay: (error: unknown, failures) => {
            const pauseMs = backoffMs(backoff, failures, random());
            return mayRepeat(error, failures, pauseMs) ? pause(clock, pauseMs) : throwError(() => error);
          },
        }),
      );
    });
}

function pause(clock: Clock, pauseMs: number): Observable<void> {
  return new Observable((destination) => {
    // Somebody waits for the result, so this timer keeps the process.
    const timer = clock.setTimeout(() => destination.next(), pauseMs, { ref: true });
    return () => clock.clearTimeout(timer);
  });
}

function isSafe({ delivered, key }: SendError): boolean {
  return delivered === 'no' || key !== undefined;
}

function check(name: string, value: number, fits: boolean, range: string): void {
  if (!fits) throw new BadOption(`retrySend: ${name} must be ${range}, not ${String(value)}`);
}
