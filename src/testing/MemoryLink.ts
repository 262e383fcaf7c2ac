import type { Link } from '../streams/Link';

/** One end of a link in memory. Made by `createMemoryLinkPair` and `createMemoryTransport`. */
export interface MemoryLink extends Link {
  /** Breaks the connection as a crashed machine or a pulled plug does: this end closes without error, the other with ECONNRESET. */
  reset(): void;
}
