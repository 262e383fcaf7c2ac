import type { Link, LinkEvents } from '../Link';
import { Deque } from '../../../runtime/Deque';
import { nextMicrotask } from '../../../runtime/turns';

/**
 * One end of a link in memory. Made by `createMemoryLinkPair`; its `reset` is what a crashed machine or a
 * pulled plug does.
 */
export type MemoryLink = Link;

/** How many bytes may wait before `write` returns false; as with Node's sockets. */
export const DEFAULT_HIGH_WATER_MARK = 16_384;

/** What an end of a pair is made from. */
interface MemoryLinkEndOptions {
  readonly peer: string;
  readonly peerIp: string;
  readonly highWaterMark: number;
}

/**
 * One end of a pair. Whatever is due at an end is told one event at a time, each in a microtask of its own,
 * so that what a handler starts runs before the next event and equal programs see equal orders.
 */
export class MemoryLinkEnd implements MemoryLink {
  readonly peer: string;
  readonly peerIp: string;
  readonly #highWaterMark: number;
  /** Itself until the pair is complete, which is before anybody has it. */
  #other: MemoryLinkEnd = this;
  #events: LinkEvents | undefined;

  readonly #incoming = new Deque<Uint8Array>();
  #incomingBytes = 0;
  #peerEnded = false;
  #endTold = false;
  #paused = false;

  #ended = false;
  #needsDrain = false;

  #gone = false;
  #failure: Error | undefined;
  #closeTold = false;
  #scheduled = false;

  /** The second end of a pair names the first. */
  constructor(options: MemoryLinkEndOptions, other?: MemoryLinkEnd) {
    this.peer = options.peer;
    this.peerIp = options.peerIp;
    this.#highWaterMark = options.highWaterMark;
    if (other !== undefined) {
      this.#other = other;
      other.#other = this;
    }
  }

  get unsentBytes(): number {
    const other = this.#other;
    return this.#gone || other.#gone ? 0 : other.#incomingBytes;
  }

  open(events: LinkEvents): void {
    this.#events = events;
    this.#schedule();
  }

  write(bytes: Uint8Array): boolean {
    const other = this.#other;
    if (this.#ended || this.#gone) return false;
    if (other.#gone) {
      // Nobody is there any more: TCP answers that with a reset.
      this.#fail(connectionReset());
      return false;
    }
    if (bytes.length > 0) {
      other.#incoming.push(bytes);
      other.#incomingBytes += bytes.length;
      other.#schedule();
    }
    const hasRoom = other.#incomingBytes < this.#highWaterMark;
    if (!hasRoom) this.#needsDrain = true;
    return hasRoom;
  }

  end(): void {
    if (this.#ended || this.#gone) return;
    this.#ended = true;
    this.#other.#hearEnd();
    this.#schedule();
  }

  destroy(): void {
    if (this.#gone) return;
    this.#gone = true;
    // As TCP does it: who drops bytes it has not read resets the connection, otherwise the peer sees an
    // ordinary end.
    if (this.#incomingBytes > 0) this.#other.#fail(connectionReset());
    else this.#other.#hearEnd();
    this.#schedule();
  }

  reset(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#other.#fail(connectionReset());
    this.#schedule();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  #hearEnd(): void {
    this.#peerEnded = true;
    this.#schedule();
  }

  #fail(error: Error): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#failure = error;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#events === undefined || this.#closeTold) return;
    this.#scheduled = true;
    nextMicrotask(() => {
      let told = true;
      try {
        told = this.#tellNext();
      } finally {
        this.#scheduled = false;
        if (told) this.#schedule();
      }
    });
  }

  /** Tells the next event that is due; false when none is. */
  #tellNext(): boolean {
    const events = this.#events;
    if (events === undefined) return false;
    if (!this.#gone && this.#ended && this.#endTold && this.unsentBytes === 0) this.#gone = true;
    if (this.#gone) {
      this.#closeTold = true;
      this.#incoming.clear();
      events.close(this.#failure);
      return true;
    }
    if (this.#needsDrain && !this.#ended && this.unsentBytes === 0) {
      this.#needsDrain = false;
      events.drain();
      return true;
    }
    if (this.#paused) return false;
    const bytes = this.#incoming.shift();
    if (bytes !== undefined) {
      this.#incomingBytes -= bytes.length;
      if (this.#incomingBytes === 0) this.#other.#schedule();
      // A copy, as from a socket: neither side sees what the other does to its bytes afterwards.
      events.data(Buffer.from(bytes));
      return true;
    }
    if (!this.#peerEnded || this.#endTold) return false;
    this.#endTold = true;
    events.end();
    return true;
  }
}

function connectionReset(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
}
