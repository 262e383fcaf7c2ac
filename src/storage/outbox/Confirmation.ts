import type { RxcometError } from '../../errors/RxcometError';
import type { KeptMessage } from './KeptMessage';

/** Messages told between two questions, and the first of them that could not be kept. */
interface Group {
  empty: boolean;
  error: RxcometError | undefined;
}

/** Answers whether what was told is on the disk: each message belongs to the question that follows it. */
export class Confirmation {
  readonly #groups = new WeakMap<KeptMessage, Group>();
  #group: Group = { empty: true, error: undefined };
  #last: Promise<void> = Promise.resolve();

  told(message: KeptMessage): void {
    this.#group.empty = false;
    this.#groups.set(message, this.#group);
  }

  /** It was told and not even taken. */
  refused(error: RxcometError): void {
    this.#group.empty = false;
    this.#group.error ??= error;
  }

  /** It was taken and could not be written. */
  failed(message: KeptMessage, error: RxcometError): void {
    const group = this.#groups.get(message);
    if (group !== undefined) group.error ??= error;
  }

  /**
   * `written` resolves when all that was told until now has been decided. Rejects with the first error among
   * what was told since the question before; asked again with nothing told in between, the answer is the
   * same.
   */
  ask(written: () => Promise<void>): Promise<void> {
    const group = this.#group;
    if (group.empty) return this.#last;
    this.#group = { empty: true, error: undefined };
    this.#last = written().then(() => {
      if (group.error !== undefined) throw group.error;
    });
    return this.#last;
  }
}
