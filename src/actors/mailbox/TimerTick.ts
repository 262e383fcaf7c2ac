import { Envelope } from './Envelope';

/** A message of a timer on its way. */
export class TimerTick<M> extends Envelope<M> {
  #wanted = true;
  /** Where it waits, to be told when it is withdrawn. */
  onWithdrawn: (() => void) | undefined = undefined;
  readonly #onTaken: () => void;

  constructor(message: M, onTaken: () => void) {
    super(message);
    this.#onTaken = onTaken;
  }

  override get wanted(): boolean {
    return this.#wanted;
  }

  /** It has left the mailbox: handled, or a dead letter. */
  taken(): void {
    this.#onTaken();
  }

  withdraw(): void {
    this.#wanted = false;
    this.onWithdrawn?.();
  }
}
