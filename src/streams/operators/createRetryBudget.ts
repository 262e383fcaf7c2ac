import { BadOption } from '../../errors/setUp';
import { type Clock, systemClock } from '../../runtime/Clock';

/** What keeps repeats a small share of all sends; made by `createRetryBudget`. */
export interface RetryBudget {
  /** Repeats that it would allow right now. */
  readonly left: number;
  /** A message is sent for the first time. */
  deposit(): void;
  /** Takes one repeat from it; false when it is spent. */
  withdraw(): boolean;
}

/** Options of `createRetryBudget`. */
export interface RetryBudgetOptions {
  /** Repeats that each message adds, on average. Default 0.1: ten messages pay for one repeat. */
  readonly ratio?: number;
  /** Repeats that each second adds, so that what is sent rarely may be repeated too. Default 10. */
  readonly minPerSecond?: number;
  /** Repeats it can hold, and holds at the start: what may come at once after a quiet time. Default 100. */
  readonly capacity?: number;
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
}

/**
 * A budget for `retrySend`: a token bucket that messages and time fill and repeats empty. While a peer is
 * down, repeats are then at most `ratio` of the messages and `minPerSecond`, whatever number of tries each
 * message has. One budget may serve many sends, and should when they go to one peer.
 *
 * @throws BadOption (ERR_BAD_OPTION) for a number out of range
 * @example
 * const budget = createRetryBudget({ ratio: 0.1, minPerSecond: 5 });
 * telegram.send('Status').pipe(retrySend({ budget }));
 */
export function createRetryBudget({
  ratio = 0.1,
  minPerSecond = 10,
  capacity = 100,
  clock = systemClock,
}: RetryBudgetOptions = {}): RetryBudget {
  if (!(ratio >= 0)) throw new BadOption(`createRetryBudget: ratio must be at least 0, not ${String(ratio)}`);
  if (!(minPerSecond >= 0)) {
    throw new BadOption(`createRetryBudget: minPerSecond must be at least 0, not ${String(minPerSecond)}`);
  }
  if (!(capacity >= 1)) {
    throw new BadOption(`createRetryBudget: capacity must be at least 1, not ${String(capacity)}`);
  }
  let tokens = capacity;
  let filledAt = clock.now();

  const fill = (added: number): void => {
    const now = clock.now();
    tokens = Math.min(capacity, tokens + added + (Math.max(0, now - filledAt) / 1000) * minPerSecond);
    filledAt = now;
  };

  return {
    get left() {
      fill(0);
      return Math.floor(tokens);
    },
    deposit: () => fill(ratio),
    withdraw() {
      fill(0);
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
