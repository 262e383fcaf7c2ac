import type { RecordedEvent } from '../../recording/RecordedEvent';

/**
 * A handler that nobody waits for any more is at work no longer than this, milliseconds
 * (`Handler_timeout_ms`).
 */
const DESERTED_MS = 30_000;

/**
 * Which messages a recorded host had at work: what one handler did comes in one order, what several did side
 * by side in any.
 */
export class RecordedWork {
  readonly #open = new Map<number, Set<number>>();
  #count = 0;
  #desertedAt = -Infinity;
  #endsOpen = false;
  #crowds = 0;

  /**
   * Some handler may have been at work for which the recording holds no end: it may go on when the recording
   * is over.
   */
  get endsOpen(): boolean {
    return this.#endsOpen || this.#count > 0;
  }

  /** Grows with each time that several handlers are at work. */
  get crowds(): number {
    return this.#crowds;
  }

  /** At most one handler is at work at that time. */
  isAlone(at: number): boolean {
    return this.#count <= 1 && at - this.#desertedAt > DESERTED_MS;
  }

  /** Takes the next event of a host. */
  add(event: RecordedEvent): void {
    switch (event.kind) {
      case 'message':
        if (event.confirm === false) this.#desert(event.at);
        else this.#begin(event.link, event.id);
        return;
      case 'ack':
        if (event.status !== 'next') this.#finish(event.link, event.id);
        return;
      case 'cancel':
        if (this.#finish(event.link, event.id)) this.#desert(event.at);
        return;
      case 'close': {
        const left = this.#open.get(event.link)?.size ?? 0;
        this.#open.delete(event.link);
        this.#count -= left;
        if (left > 0) this.#desert(event.at);
        return;
      }
      case 'open':
      case 'error':
        return;
      default:
        return event satisfies never;
    }
  }

  #begin(link: number, id: number): void {
    let open = this.#open.get(link);
    if (open === undefined) {
      open = new Set();
      this.#open.set(link, open);
    }
    if (open.has(id)) return;
    open.add(id);
    this.#count += 1;
    if (this.#count > 1) this.#crowds += 1;
  }

  #finish(link: number, id: number): boolean {
    if (this.#open.get(link)?.delete(id) !== true) return false;
    this.#count -= 1;
    return true;
  }

  #desert(at: number): void {
    this.#desertedAt = at;
    this.#endsOpen = true;
    this.#crowds += 1;
  }
}
