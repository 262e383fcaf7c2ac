/**
 * `resume`: go on with the state before the failed message. `restart`: make the state anew; mailbox, stash,
 * timers of others and those who watch it stay. `stop`: end. `escalate`: the parent fails with the same cause
 * and its own supervision decides for both.
 */
export type Directive = 'resume' | 'restart' | 'stop' | 'escalate';

/** A class of failures, or anything `instanceof` takes. Abstract base classes too. */
export type FailureClass = abstract new (...args: never[]) => unknown;

/** What happens when an actor fails, by the class of the failure. */
export interface SupervisionRules {
  /** The first pair whose class fits decides. */
  readonly on?: readonly (readonly [failure: FailureClass, directive: Directive])[];
  /** For failures no pair fits; default `stop`. */
  readonly otherwise?: Directive;
  /**
   * `all-for-one`: a restart or stop also befalls the siblings that have `all-for-one` themselves; default
   * `one-for-one`.
   */
  readonly scope?: 'one-for-one' | 'all-for-one';
  /**
   * More than `restarts` within `windowMs` and the actor stops; default no limit. The window starts at a
   * failure and the next one at the first failure after it (a tumbling window).
   */
  readonly limit?: { readonly restarts: number; readonly windowMs: number };
  readonly backoff?: BackoffOptions;
}

/**
 * Delays before restarts: `minMs`, doubling at each further failure, never above `maxMs`. Default: restart at
 * once.
 */
export interface BackoffOptions {
  readonly minMs: number;
  readonly maxMs: number;
  /**
   * Spreads a delay to both sides by up to this fraction of it, so that many actors don't come back at once;
   * 0 to 1, default 0.2.
   */
  readonly jitter?: number;
  /** A run without failure for so long starts again at `minMs`; default (minMs + maxMs) / 2. */
  readonly resetAfterMs?: number;
}

/** Rules, or one directive for every failure. */
export type SupervisionStrategy = SupervisionRules | Directive;
