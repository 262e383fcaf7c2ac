import { backoffMs } from '../../runtime/backoff';
import { isInstance } from '../../runtime/describeError';
import { requireOption } from '../requireOption';
import type { Directive, SupervisionRules, SupervisionStrategy } from '../SupervisionStrategy';

/**
 * The supervision of one actor: which directive, whether a restart is still allowed, and after which delay.
 * Knows no actor.
 */
export class Supervisor {
  readonly allForOne: boolean;
  /** A failing set-up may be tried again only where something bounds or slows the loop. */
  readonly retriesSetUp: boolean;
  readonly #rules: SupervisionRules;
  readonly #random: () => number;
  #windowStart = -Infinity;
  #restartsInWindow = 0;
  #attempt = 0;
  #runningSince = Infinity;

  constructor(strategy: SupervisionStrategy, random: () => number) {
    const rules = typeof strategy === 'string' ? { otherwise: strategy } : strategy;
    const { limit, backoff } = rules;
    if (limit !== undefined) {
      requireOption(
        Number.isInteger(limit.restarts) && limit.restarts >= 0,
        'limit.restarts: an integer >= 0',
      );
      requireOption(limit.windowMs > 0, 'limit.windowMs: above 0');
    }
    if (backoff !== undefined) {
      requireOption(backoff.minMs > 0 && backoff.maxMs >= backoff.minMs, 'backoff: 0 < minMs <= maxMs');
      const jitter = backoff.jitter ?? 0;
      requireOption(jitter >= 0 && jitter <= 1, 'backoff.jitter: from 0 to 1');
    }
    this.#rules = rules;
    this.#random = random;
    this.allForOne = rules.scope === 'all-for-one';
    this.retriesSetUp = limit !== undefined || backoff !== undefined;
  }

  directiveFor(cause: unknown): Directive {
    for (const [failure, directive] of this.#rules.on ?? []) {
      if (isInstance(cause, failure)) return directive;
    }
    return this.#rules.otherwise ?? 'stop';
  }

  /** The actor is set up and runs; a long enough run forgets earlier failures. */
  started(now: number): void {
    this.#runningSince = now;
  }

  /** Counts a restart. Its delay in milliseconds, or undefined when the limit is used up. */
  nextRestart(now: number): number | undefined {
    const { limit, backoff } = this.#rules;
    if (limit !== undefined) {
      if (now - this.#windowStart >= limit.windowMs) {
        this.#windowStart = now;
        this.#restartsInWindow = 0;
      }
      this.#restartsInWindow += 1;
      if (this.#restartsInWindow > limit.restarts) return undefined;
    }
    if (backoff === undefined) return 0;
    const resetAfterMs = backoff.resetAfterMs ?? (backoff.minMs + backoff.maxMs) / 2;
    if (now - this.#runningSince >= resetAfterMs) this.#attempt = 0;
    this.#runningSince = Infinity;
    this.#attempt += 1;
    const { minMs: minDelayMs, maxMs: maxDelayMs, jitter = 0.2 } = backoff;
    return backoffMs({ minDelayMs, maxDelayMs, jitter }, this.#attempt, this.#random());
  }
}
