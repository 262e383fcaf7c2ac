import type { KeyValueStore, OpenedStore, StoreEntry, StoreOperation } from '../../src/storage/KeyValueStore';
import type { Clock } from '../../src/runtime/Clock';
import type { MemoryStore } from '../storage/MemoryStore';

/**
 * A disk as one process sees it: it takes its time, may be full, and ends with the process. What was written
 * stays.
 */
export class ModelStore implements KeyValueStore {
  full = false;
  readonly #disk: MemoryStore;
  readonly #clock: Clock;
  readonly #random: () => number;
  #dead = false;

  constructor(disk: MemoryStore, clock: Clock, random: () => number) {
    this.#disk = disk;
    this.#clock = clock;
    this.#random = random;
  }

  /** The process is killed: what was under way is on the disk or not, and nobody hears of it. */
  kill(): void {
    this.#dead = true;
  }

  async open(): Promise<OpenedStore> {
    await this.#pass();
    this.#checkRoom();
    return this.#disk.open();
  }

  async reopen(): Promise<OpenedStore> {
    await this.close();
    return this.open();
  }

  async write(operations: readonly StoreOperation[], sync: boolean, held: string): Promise<void> {
    await this.#pass();
    this.#checkRoom();
    await this.#disk.write(operations, sync, held);
    await this.#pass();
  }

  async read(from: string, to: string, limit: number, maxBytes: number): Promise<StoreEntry[]> {
    const found = await this.#disk.read(from, to, limit, maxBytes);
    await this.#pass();
    return found;
  }

  async lastKey(from: string, to: string): Promise<string | undefined> {
    await this.#pass();
    return this.#disk.lastKey(from, to);
  }

  async close(): Promise<void> {
    await this.#pass();
    await this.#disk.close();
  }

  /** Half of all operations take no time, the others up to 4 ms. */
  async #pass(): Promise<void> {
    const delayMs = Math.floor(this.#random() * 10) - 5;
    if (delayMs > 0) await new Promise<void>((resolve) => this.#clock.setTimeout(resolve, delayMs));
    if (this.#dead) await new Promise(() => undefined);
  }

  #checkRoom(): void {
    if (this.full) throw new Error('ENOSPC: no space left on device');
  }
}
