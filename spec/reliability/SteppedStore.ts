import type { KeyValueStore, OpenedStore, StoreEntry, StoreOperation } from '../../src/storage/KeyValueStore';

/**
 * A store that tells at which step of a write it is. What is one call of LevelDB, appending to its log and
 * fsync, is taken apart: first all of it without fsync, then its last change once more with fsync. The store
 * writes one batch at a time, so that nothing comes between.
 */
export class SteppedStore implements KeyValueStore {
  constructor(
    readonly store: KeyValueStore,
    readonly reach: (step: string) => void,
  ) {}

  open(): Promise<OpenedStore> {
    return this.store.open();
  }

  reopen(): Promise<OpenedStore> {
    return this.store.reopen();
  }

  async write(operations: readonly StoreOperation[], sync: boolean, held: string): Promise<void> {
    if (operations.some(({ type }) => type === 'del')) this.reach('ack-received');
    this.reach('before-write');
    await this.store.write(operations, false, held);
    this.reach('after-write');
    if (!sync) return;
    const syncing = this.store.write(operations.slice(-1), true, held);
    this.reach('before-fsync');
    await syncing;
    this.reach('after-fsync');
  }

  read(from: string, to: string, limit: number, maxBytes: number): Promise<StoreEntry[]> {
    return this.store.read(from, to, limit, maxBytes);
  }

  lastKey(from: string, to: string): Promise<string | undefined> {
    return this.store.lastKey(from, to);
  }

  close(): Promise<void> {
    return this.store.close();
  }
}
