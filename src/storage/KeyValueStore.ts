/** One change of a batch. */
export type StoreOperation =
  | { readonly type: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: string };

/** What `open` found besides the data. */
export interface OpenedStore {
  /** What of the files was damaged, in words, and where they are kept; undefined: everything is whole. */
  readonly damage: string | undefined;
  /** What the last confirmed write said that the store holds, see `write`; undefined: nothing says so. */
  readonly held: string | undefined;
}

/**
 * Sorted keys and values in a folder, as much of it as an outbox needs; a spec puts faults in here. Keys are
 * ASCII.
 */
export interface KeyValueStore {
  /**
   * Opens the folder, for this object alone, and makes it when it isn't there. Rejects with a StoreProblem
   * when it is known what is wrong, with MissingPackage, or with what the disk said. May be called again
   * after `close`.
   */
  open(): Promise<OpenedStore>;
  /**
   * Closes and opens again after something failed, without letting anybody else in between. Rejects as
   * `open`; may be called again then.
   */
  reopen(): Promise<OpenedStore>;
  /**
   * All of it or nothing. `sync`: resolves when it is safe on the disk, not only with the system. Rejects
   * with a StoreProblem `removed` when the files were deleted beneath it.
   *
   * @param held what the store holds with this write, in the words of its owner: short, for `open` to give
   * back
   */
  write(operations: readonly StoreOperation[], sync: boolean, held: string): Promise<void>;
  /**
   * Entries with `from` <= key < `to` in their order: at most `limit`, and no more once they have `maxBytes`.
   * A value is undefined when it is not what was written.
   */
  read(from: string, to: string, limit: number, maxBytes: number): Promise<StoreEntry[]>;
  /** The last key below `to` that is not below `from`. */
  lastKey(from: string, to: string): Promise<string | undefined>;
  close(): Promise<void>;
}

/** A key and its value. */
export type StoreEntry = [key: string, value: Uint8Array | undefined];

/**
 * What is wrong with a store, found by looking at it: why it cannot be opened, or that a part of it is gone
 * (`lost`), or all of it (`removed`). Becomes a failure with a remedy before a user sees it.
 */
export class StoreProblem extends Error {
  override readonly name = 'StoreProblem';
  /** What the store held when it was written last, as far as that is known. */
  held: string | undefined = undefined;

  constructor(
    readonly kind: 'locked' | 'damaged' | 'lost' | 'foreign' | 'missing' | 'removed',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
