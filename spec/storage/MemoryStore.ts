import type { KeyValueStore, OpenedStore, StoreEntry, StoreOperation } from '../../src/storage/KeyValueStore';

/**
 * A store in memory whose disk a spec can fill, slow down and break. What was written stays when it is
 * closed.
 */
export class MemoryStore implements KeyValueStore {
  readonly entries = new Map<string, Uint8Array>();
  /** Batches written: how many operations each, and whether with sync. */
  readonly writes: { readonly size: number; readonly sync: boolean }[] = [];
  /** What every write, or every open, is refused with. */
  writeError: Error | undefined;
  openError: Error | undefined;
  readError: Error | undefined;
  /** What a failing write leaves on the disk nevertheless. */
  leavesBatchBehind = false;
  damage: string | undefined;
  /** What the last write said that the store holds. */
  held: string | undefined;
  /** Keys whose values are damaged. */
  readonly damaged = new Set<string>();
  isOpen = false;
  opens = 0;
  reads = 0;
  /** While set, writes wait. */
  gate: Promise<void> | undefined;
  /** While set, writes are done, but don't say so yet. */
  doneGate: Promise<void> | undefined;
  #release: (() => void) | undefined;

  holdDone(): void {
    this.doneGate = new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  hold(): void {
    this.gate = new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  release(): void {
    this.gate = undefined;
    this.doneGate = undefined;
    this.#release?.();
  }

  async open(): Promise<OpenedStore> {
    await this.gate;
    if (this.openError !== undefined) throw this.openError;
    this.isOpen = true;
    this.opens += 1;
    return { damage: this.damage, held: this.held };
  }

  async reopen(): Promise<OpenedStore> {
    this.isOpen = false;
    return this.open();
  }

  async write(operations: readonly StoreOperation[], sync: boolean, held: string): Promise<void> {
    this.#checkOpen();
    await this.gate;
    if (this.writeError !== undefined) {
      if (this.leavesBatchBehind) this.#apply(operations);
      throw this.writeError;
    }
    this.#apply(operations);
    this.held = held;
    this.writes.push({ size: operations.length, sync });
    await this.doneGate;
  }

  async read(from: string, to: string, limit: number, maxBytes: number): Promise<StoreEntry[]> {
    this.#checkOpen();
    this.reads += 1;
    if (this.readError !== undefined) throw this.readError;
    const found: StoreEntry[] = [];
    let bytes = 0;
    for (const key of this.keys(from, to)) {
      if (found.length >= limit || bytes >= maxBytes) break;
      const value = this.entries.get(key) ?? new Uint8Array();
      found.push([key, this.damaged.has(key) ? undefined : value]);
      bytes += value.byteLength;
    }
    return found;
  }

  async lastKey(from: string, to: string): Promise<string | undefined> {
    this.#checkOpen();
    return this.keys(from, to).at(-1);
  }

  async close(): Promise<void> {
    this.isOpen = false;
  }

  keys(from: string, to: string): string[] {
    return [...this.entries.keys()].filter((key) => key >= from && key < to).sort();
  }

  #apply(operations: readonly StoreOperation[]): void {
    for (const operation of operations) {
      if (operation.type === 'put') this.entries.set(operation.key, Uint8Array.from(operation.value));
      else this.entries.delete(operation.key);
    }
  }

  #checkOpen(): void {
    if (!this.isOpen) throw new Error('the store is not open');
  }
}
