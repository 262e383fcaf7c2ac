/** One change of a batch. */
export type StoreOperation =
  | { readonly type: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: string };

/** What `open` found besides the data. */
export interface OpenedStore {
  /** What of the files could not be read and is lost, in words; undefined: everything was read. */
  readonly damage: string | undefined;
}

/** Sorted keys and values in a folder, as much of it as an outbox needs; a spec puts faults in here. Keys are ASCII. */
export interface KeyValueStore {
  /**
   * Opens the folder, for this object alone, and makes it when it isn't there. Rejects with a StoreProblem when it is known what is wrong,
   * with MissingPackage, or with what the disk said. May be called again after `close`.
   */
  open(): Promise<OpenedStore>;
  /**
   * All of it or nothing. `sync`: resolves when it is safe on the disk, not only with the system. Rejects with a StoreProblem `removed` when
   * the files were deleted beneath it.
   */
  write(operations: readonly StoreOperation[], sync: boolean): Promise<void>;
  /** Entries with `from` <= key < `to` in their order: at most `limit`, and no more once they have `maxBytes`. */
  read(
    from: string,
    to: string,
    limit: number,
    maxBytes: number,
  ): Promise<[key: string, value: Uint8Array][]>;
  /** The last key below `to` that is not below `from`. */
  lastKey(from: string, to: string): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Why a folder cannot be opened as a store, found by looking at it. Becomes a failure with a remedy before a user sees it. */
export class StoreProblem extends Error {
  override readonly name = 'StoreProblem';

  constructor(
    readonly kind: 'locked' | 'damaged' | 'foreign' | 'missing' | 'removed',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
