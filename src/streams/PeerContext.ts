import type { RxcometError } from '../errors/RxcometError';
import type { ClientContext } from './ClientContext';
import type { ConnectionEvent } from './messages/ConnectionEvent';
import type { OutboxPort } from './OutboxPort';
import type { Transport } from './transport/Transport';

/** What a client needs of its app. */
export interface PeerContext extends ClientContext {
  readonly transport: Transport;
  /** 0 up to 1, for jitter. */
  readonly random: () => number;
  /** Is told of every failure of a detached send, and of what went wrong with a connection while nothing was waiting. */
  readonly report: (error: RxcometError, client: string, action: string) => void;
  readonly onConnection: (event: ConnectionEvent) => void;
  /** Keeps detached messages on disk; undefined: they are kept in memory only. */
  readonly outbox: OutboxPort | undefined;
}
