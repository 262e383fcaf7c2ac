import { limitName } from '../../runtime/limitNames';
import { MemoryBudgetExceeded } from '../../errors/connections';

/** A connection as the budget sees it. */
export interface MemoryHolder {
  readonly peer: string;
  /** Bytes received and not handed on, and bytes not yet taken by the system. */
  readonly heldBytes: number;
  /** Of its address; undefined: an address of its own. */
  readonly account?: MemoryAccount;
  /** Reads no more once the frame under way is complete. */
  pauseForMemory(): void;
  resumeForMemory(): void;
  /**
   * The frame under way, or the peer's reading, makes no progress that would free its bytes within the time
   * of a frame.
   */
  stalls?(now: number): boolean;
  /** Closes it; afterwards `heldBytes` is next to nothing. */
  shed(error: MemoryBudgetExceeded): void;
}

/** The connections of one host. */
export interface MemoryGroup {
  /** `Limits.Memory_budget_bytes`. */
  readonly limitBytes: number;
  /** `Limits.Max_connections`. */
  readonly maxConnections?: number;
  readonly holders: Iterable<MemoryHolder>;
}

/**
 * Above this part of the budget nobody may begin a large frame; at half of the budget everybody may again.
 */
const PAUSE_AT = 0.75;
const RESUME_AT = 0.5;
/** A connection that stalls is closed when memory has been tight for so long. */
const STALLING_MS = 2000;
/** Less than this is no room for a small frame. */
const LEAST_SMALL_BYTES = 4096;

/** What all connections of one address hold together. */
export class MemoryAccount {
  heldBytes = 0;
  /** Connections. */
  connections = 0;
  readonly #budget: MemoryBudget;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  /** A connection of the address holds so much more, or less when negative, than it said before. */
  add(bytes: number): void {
    this.heldBytes += bytes;
    this.#budget.add(bytes);
  }
}

/**
 * One account over the unread and unsent bytes of all connections of all hosts that joined. The smallest
 * `Memory_budget_bytes` of them is the limit.
 *
 * - Above three quarters connections are paused, except that a frame under way may still complete, which
 *   frees its bytes; that a small frame may always be read, for which the last quarter is kept; and that an
 *   address with less than its share may go on.
 * - When it has been so for two seconds those that stall are closed.
 * - Above the limit the connection that holds the most, of the address that holds the most, is closed, until
 *   the rest fits.
 * - When pausing does not help for long (`relieve`), that one is closed too, so that all the others don't
 *   wait for it for ever.
 */
export class MemoryBudget {
  readonly #groups = new Set<MemoryGroup>();
  readonly #accounts = new Map<string, MemoryAccount>();
  #limitBytes = Infinity;
  #smallBytes = 0;
  #heldBytes = 0;
  #tight = false;
  #tightSince: number | undefined;
  #relievedAt = 0;

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
    this.#measure();
  }

  leave(group: MemoryGroup): void {
    this.#groups.delete(group);
    this.#measure();
  }

  /** A connection of that address was opened; `close` it once. */
  open(address: string): MemoryAccount {
    const network = networkOf(address);
    let account = this.#accounts.get(network);
    if (account === undefined) {
      account = new MemoryAccount(this);
      this.#accounts.set(network, account);
    }
    account.connections += 1;
    return account;
  }

  close(address: string, account: MemoryAccount): void {
    account.connections -= 1;
    if (account.connections === 0) this.#accounts.delete(networkOf(address));
  }

  /** While it is tight: whether a connection that holds so much may read on. */
  allows(heldBytes: number, account: MemoryAccount): boolean {
    if (this.#smallBytes >= LEAST_SMALL_BYTES && heldBytes <= this.#smallBytes) return true;
    // Of a single address it is tight because of that address.
    return this.#accounts.size > 1 && account.heldBytes < (this.#limitBytes * PAUSE_AT) / this.#accounts.size;
  }

  /** A connection holds so much more, or less when negative, than it said before. */
  add(bytes: number): void {
    this.#heldBytes += bytes;
    if (this.#heldBytes > this.#limitBytes) this.#shedUntilItFits();
    else if (this.#tight) {
      if (this.#heldBytes <= this.#limitBytes * RESUME_AT) this.#resumeAll();
    } else if (this.#heldBytes > this.#limitBytes * PAUSE_AT) this.#pauseAll();
  }

  /**
   * Called every now and then: closes those that stall, and the largest when it has been tight for
   * `patienceMs`.
   */
  relieve(now: number, patienceMs: number): void {
    if (!this.#tight) return;
    if (this.#tightSince === undefined) {
      this.#tightSince = now;
      this.#relievedAt = now;
    }
    if (now - this.#tightSince >= STALLING_MS) this.#shedStalling(now);
    if (!this.#tight || now - this.#relievedAt < patienceMs) return;
    this.#relievedAt = now;
    this.#shedLargest();
  }

  #measure(): void {
    const groups = [...this.#groups];
    this.#limitBytes = Math.min(...groups.map(({ limitBytes }) => limitBytes));
    const connections = groups.reduce((sum, { maxConnections = Infinity }) => sum + maxConnections, 0);
    this.#smallBytes = connections === 0 ? 0 : (this.#limitBytes * (1 - PAUSE_AT)) / connections;
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

  #shedStalling(now: number): void {
    for (const { holders } of this.#groups) {
      for (const holder of [...holders]) {
        if (!this.#tight) return;
        const { heldBytes } = holder;
        if (heldBytes <= this.#smallBytes || holder.stalls?.(now) !== true) continue;
        this.#shed(holder, `this one stalls with ${heldBytes}`);
      }
    }
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
    let mostOfAddress = 0;
    for (const { holders } of this.#groups) {
      for (const holder of holders) {
        const { heldBytes, account } = holder;
        const ofAddress = account?.heldBytes ?? heldBytes;
        if (heldBytes === 0 || ofAddress < mostOfAddress) continue;
        if (ofAddress === mostOfAddress && heldBytes <= most) continue;
        largest = holder;
        most = heldBytes;
        mostOfAddress = ofAddress;
      }
    }
    if (largest !== undefined) this.#shed(largest, `this one the most: ${most}`);
  }

  #shed(holder: MemoryHolder, why: string): void {
    const text = `all peers together hold ${this.#heldBytes} bytes unread or unsent of the ${this.#limitBytes} allowed (${limitName('memoryBudgetBytes')}), ${why}`;
    holder.shed(new MemoryBudgetExceeded(text, { peer: holder.peer }));
  }
}

/** Whoever has one IPv6 address has all of its /64. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - groups.length - rest.length;
  return [...groups, ...Array<string>(Math.max(0, zeros)).fill('0'), ...rest].slice(0, 4).join(':');
}

/** The budget that all hosts of this process share, whichever app they belong to. */
export const processMemoryBudget = new MemoryBudget();
