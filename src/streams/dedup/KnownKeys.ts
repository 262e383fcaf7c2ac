import type { KeptAnswer } from './DedupStore';

/** A message that was handled, or begun to be. */
export interface KnownKey {
  /** When it was answered, or failed; ms of the clock of its Dedup. */
  readonly at: number;
  /** False: it failed, or was cut off; its handlers may be asked again. */
  readonly answered: boolean;
}

/** How many keys, for how long, how many bytes of answers. */
export interface KnownKeysOptions {
  readonly windowMs: number;
  readonly maxKeys: number;
  readonly maxBytes: number;
  /** Hears of each key that is forgotten. */
  readonly onForget: (key: string) => void;
}

/**
 * After a long silence many are too old at once; so many of them go with each that comes, and none is found
 * meanwhile.
 */
const FORGET_AT_ONCE = 32;
/** What an answer takes beside its contents, roughly. */
const ANSWER_OVERHEAD = 100;

/**
 * Keys of messages that are over, oldest first, with the answers that are held in memory. Whatever is too old
 * or too much goes, oldest first; when answers are too many bytes only the answers go, so that their messages
 * are still not handled twice.
 */
export class KnownKeys {
  /** Keys forgotten before their window was over, because there were more than `maxKeys`. */
  forgottenEarly = 0;
  readonly #options: KnownKeysOptions;
  // Both in the order of `at`: each is added with the time of now, and again when that changes.
  readonly #keys = new Map<string, KnownKey>();
  readonly #answers = new Map<string, KeptAnswer>();
  #bytes = 0;

  constructor(options: KnownKeysOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#keys.size;
  }

  find(key: string, now: number): KnownKey | undefined {
    const known = this.#keys.get(key);
    if (known === undefined || now - known.at < this.#options.windowMs) return known;
    this.#forget(key);
    return undefined;
  }

  /** Takes a key out without forgetting it: it is in use again. */
  take(key: string): void {
    this.release(key);
    this.#keys.delete(key);
  }

  /** Undefined: it is not in memory. */
  answer(key: string): KeptAnswer | undefined {
    return this.#answers.get(key);
  }

  /** `others`: keys in use beside those here, which count too. */
  add(key: string, at: number, answered: boolean, others: number): void {
    this.#keys.delete(key);
    this.#keys.set(key, { at, answered });
    const { windowMs, maxKeys } = this.#options;
    let left = FORGET_AT_ONCE;
    for (const [oldest, known] of this.#keys) {
      if (left === 0) break;
      left -= 1;
      const over = at - known.at >= windowMs;
      if (!over && this.#keys.size + others <= maxKeys) break;
      if (!over) this.forgottenEarly += 1;
      this.#forget(oldest);
    }
  }

  /** Holds the answer of a key that was just added. */
  hold(key: string, answer: KeptAnswer): void {
    // With a small Max_keys and many at work it may be gone again.
    if (!this.#keys.has(key)) return;
    this.release(key);
    this.#answers.set(key, answer);
    this.#bytes += weight(answer);
    for (const oldest of this.#answers.keys()) {
      if (this.#bytes <= this.#options.maxBytes) break;
      this.release(oldest);
    }
  }

  /** Lets go of an answer. */
  release(key: string): void {
    const answer = this.#answers.get(key);
    if (answer === undefined) return;
    this.#answers.delete(key);
    this.#bytes -= weight(answer);
  }

  clear(): void {
    this.#keys.clear();
    this.#answers.clear();
    this.#bytes = 0;
  }

  #forget(key: string): void {
    this.#keys.delete(key);
    this.release(key);
    this.#options.onForget(key);
  }
}

function weight({ results }: KeptAnswer): number {
  return results.reduce((sum, result) => sum + result.length + ANSWER_OVERHEAD, 0);
}
