import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { StoreProblem } from './KeyValueStore';

const LOG = /^\d+\.log$/;

/**
 * Knows whether the files of an open LevelDB still have their names. When they are deleted the system keeps
 * them until they are closed, so that writing goes on and succeeds, and everything written is lost at the end
 * of the process.
 */
export class FolderWatch {
  readonly #folder: string;
  /** Of the file LOCK, which stays the same for as long as the store is open. */
  readonly #identity: string | undefined;
  #log: string | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    this.#identity = this.#identityOf('LOCK');
  }

  /**
   * Throws a StoreProblem when the folder or its log was removed or replaced. Costs two quick calls of the
   * system.
   */
  check(): void {
    if (this.#identity === this.#identityOf('LOCK') && this.#hasLog()) return;
    throw new StoreProblem('removed', 'its files were removed or replaced while the app was running');
  }

  #hasLog(): boolean {
    if (this.#log !== undefined && this.#identityOf(this.#log) !== undefined) return true;
    // LevelDB begins a new log now and then.
    this.#log = readdirSync(this.#folder).find((name) => LOG.test(name));
    return this.#log !== undefined;
  }

  #identityOf(name: string): string | undefined {
    const found = statSync(path.join(this.#folder, name), { throwIfNoEntry: false });
    return found === undefined ? undefined : `${found.dev} ${found.ino}`;
  }
}
