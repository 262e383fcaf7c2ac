import type { Dialect } from './Message';

/**
 * What `connections$` emits: a connection of a host or a client was opened, showed its dialect, or is gone.
 */
export interface ConnectionEvent {
  readonly kind: 'open' | 'dialect' | 'close';
  readonly side: 'host' | 'client';
  /** ip:port of the host, or the name of the client. */
  readonly name: string;
  /** The other side as ip:port. */
  readonly peer: string;
  /** undefined while it is not known. */
  readonly dialect: Dialect | undefined;
  /** Connections of that host or client that are open now. */
  readonly open: number;
}
