import type { Link, LinkEvents } from './Link';

/** An end of a link: the one that holds it, or its peer. */
export type LinkEnd = 'us' | 'them';

/** Hears what a link carries. */
export interface LinkWatcher {
  data(from: LinkEnd, chunk: Uint8Array): void;
  /** That end sends no more. */
  end(from: LinkEnd): void;
  /** The link is gone; `dropped` is the end that dropped it, undefined when both ended in order. */
  close(dropped: LinkEnd | undefined, error: Error | undefined): void;
}

const none: readonly LinkWatcher[] = [];

/** The same link, with watchers that may come and go while it is open. What passes is untouched. */
export class WatchedLink implements Link {
  readonly peer: string;
  readonly peerIp: string;
  readonly #link: Link;
  readonly #onClosed: ((link: WatchedLink) => void) | undefined;
  #events: LinkEvents | undefined;
  #watchers = none;
  #weEnded = false;
  #theyEnded = false;
  #destroyed = false;

  constructor(link: Link, onClosed?: (link: WatchedLink) => void) {
    this.#link = link;
    this.#onClosed = onClosed;
    this.peer = link.peer;
    this.peerIp = link.peerIp;
  }

  /** Adds a watcher, which hears of everything from now on; the function given back takes it away. */
  watch(watcher: LinkWatcher): () => void {
    this.#watchers = [...this.#watchers, watcher];
    return () => {
      const left = this.#watchers.filter((other) => other !== watcher);
      this.#watchers = left.length === 0 ? none : left;
    };
  }

  get unsentBytes(): number {
    return this.#link.unsentBytes;
  }

  open(events: LinkEvents): void {
    this.#events = events;
    this.#link.open({
      data: (chunk) => {
        if (this.#watchers !== none) for (const watcher of this.#watchers) watcher.data('them', chunk);
        events.data(chunk);
      },
      end: () => this.#ended(),
      drain: () => events.drain(),
      close: (error) => this.#closed(error),
      get atRest() {
        return events.atRest;
      },
      get dialect() {
        return events.dialect;
      },
    });
  }

  write(bytes: Uint8Array): boolean {
    if (this.#watchers !== none) for (const watcher of this.#watchers) watcher.data('us', bytes);
    return this.#link.write(bytes);
  }

  end(): void {
    this.#weEnded = true;
    for (const watcher of this.#watchers) watcher.end('us');
    this.#link.end();
  }

  destroy(): void {
    this.#destroyed = true;
    this.#link.destroy();
  }

  reset(): void {
    this.#destroyed = true;
    this.#link.reset();
  }

  pause(): void {
    this.#link.pause();
  }

  resume(): void {
    this.#link.resume();
  }

  /**
   * Whether a watcher that comes now hears whole messages only; undefined when the holder of the link does
   * not tell.
   */
  get atRest(): boolean | undefined {
    return this.#events?.atRest;
  }

  /** How the peers speak, as far as the holder of the link knows. */
  get dialect(): LinkEvents['dialect'] {
    return this.#events?.dialect;
  }

  #ended(): void {
    this.#theyEnded = true;
    for (const watcher of this.#watchers) watcher.end('them');
    this.#events?.end();
  }

  #closed(error: Error | undefined): void {
    const orderly = error === undefined && this.#weEnded && this.#theyEnded;
    const dropped = orderly ? undefined : this.#destroyed ? 'us' : 'them';
    for (const watcher of this.#watchers) watcher.close(dropped, error);
    this.#onClosed?.(this);
    this.#events?.close(error);
  }
}
