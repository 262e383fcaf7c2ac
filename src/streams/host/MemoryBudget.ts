import { MemoryBudgetExceeded } from '../../errors/connections';

/** A connection as the budget sees it. */
export interface MemoryHolder {
  readonly peer: string;
  /** Bytes received and not handed on, and bytes not yet taken by the system. */
  readonly heldBytes: number;
  /** Reads no more once the frame under way is complete. */
  pauseForMemory(): void;
  resumeForMemory(): void;
  /** Closes it; afterwards `heldBytes` is next to nothing. */
  shed(error: MemoryBudgetExceeded): void;
}

/** The connections of one host. */
export interface MemoryGroup {
  /** `Limits.Memory_budget_bytes`. */
  readonly limitBytes: number;
  readonly holders: Iterable<MemoryHolder>;
}

/** Above this part of the budget nobody may begin a frame; at half of the budget everybody may again. */
const PAUSE_AT = 0.75;
const RESUME_AT = 0.5;

/**
 * One account over the unread and unsent bytes of all connections of all hosts that joined. The smallest `Memory_budget_bytes` of them is
 * the limit.
 *
 * - Above three quarters connections are paused, except that a frame under way may still complete, which frees its bytes.
 * - Above the limit the connection that holds the most is closed, until the rest fits.
 * - When pausing does not help for long (`relieve`), the largest is closed too, so that all the others don't wait for it for ever.
 */
export class MemoryBudget {
  readonly #groups = new Set<MemoryGroup>();
  #limitBytes = Infinity;
  #heldBytes = 0;
  #tight = false;
  #tightSince: number | undefined;

  /** Bytes held by all connections. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Whether connections are to pause between frames. */
  get tight(): boolean {
    return this.#tight;
  }

  join(group: MemoryGroup): void {
    this.#groups.add(group);
    this.#limitBytes = Math.min(this.#limitBytes, group.limitBytes);
  }

  leave(group: MemoryGroup): void {
    this.#groups.delete(group);
    this.#limitBytes = Math.min(...Array.from(this.#groups, ({ limitBytes }) => limitBytes));
  }

  /** A connection holds so much more, or less when negative, than it said before. */
  add(bytes: number): void {
    this.#heldBytes += bytes;
    if (this.#heldBytes > this.#limitBytes) this.#shedUntilItFits();
    else if (this.#tight) {
      if (this.#heldBytes <= this.#limitBytes * RESUME_AT) this.#resumeAll();
    } else if (this.#heldBytes > this.#limitBytes * PAUSE_AT) this.#pauseAll();
  }

  /** Called every now and then: closes the largest when it has been tight for `patienceMs`. */
  relieve(now: number, patienceMs: number): void {
    if (!this.#tight) return;
    this.#tightSince ??= now;
    if (now - this.#tightSince < patienceMs) return;
    this.#tightSince = now;
    this.#shedLargest();
  }

  #pauseAll(): void {
    this.#tight = true;
    for (const { holders } of this.#groups) for (const holder of holders) holder.pauseForMemory();
  }

  #resumeAll(): void {
    this.#tight = false;
    this.#tightSince = undefined;
    for (const { holders } of this.#groups) for (const holder of holders) holder.resumeForMemory();
  }

  #shedUntilItFits(): void {
    while (this.#heldBytes > this.#limitBytes) {
      const before = this.#heldBytes;
      this.#shedLargest();
      // What nobody can be closed for is freed by itself, or never: no reason to stay in this loop.
      if (this.#heldBytes >= before) return;
    }
  }

  #shedLargest(): void {
    let largest: MemoryHolder | undefined;
    let most = 0;
    for (const { holders } of this.#groups) {
      for (const holder of holders) {
        const { heldBytes } = holder;
        if (heldBytes <= most) continue;
        largest = holder;
        most = heldBytes;
      }
    }
    if (largest === undefined) return;
    const { peer } = largest;
    const text = `all peers together hold ${this.#heldBytes} bytes unread or unsent of the ${this.#limitBytes} allowed (Limits.Memory_budget_bytes), this one the most: ${most}`;
    largest.shed(new MemoryBudgetExceeded(text, { peer }));
  }
}

/** The budget that all hosts of this process share, whichever app they belong to. */
export const processMemoryBudget = new MemoryBudget();
