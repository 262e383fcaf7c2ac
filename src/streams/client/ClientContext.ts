import type { RxcometError } from '../../errors/RxcometError';
import type { ConnectionEvent } from '../messages/ConnectionEvent';
import type { OutboxPort } from './OutboxPort';
import type { Transport } from '../transport/Transport';
import type { ClientConfig } from '../../config/types/ClientConfig';
import type { Clock } from '../../runtime/Clock';
import type { Observation } from '../messages/TrafficObserver';

/** What a client needs of its app. */
export interface PeerContext extends ClientContext {
  readonly transport: Transport;
  /** 0 up to 1, for jitter. */
  readonly random: () => number;
  /**
   * Is told of every failure of a detached send, and of what went wrong with a connection while nothing was
   * waiting.
   */
  readonly report: (error: RxcometError, client: string, action: string) => void;
  readonly onConnection: (event: ConnectionEvent) => void;
  /** Keeps detached messages on disk; undefined: they are kept in memory only. */
  readonly outbox: OutboxPort | undefined;
}

/** What `state$` of a client emits; the current one at once when subscribed. */
export type ClientState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  | {
      readonly kind: 'backoff';
      /** Failed attempts in a row. */
      readonly attempt: number;
      /** Until the next one. */
      readonly delayMs: number;
      /** Why the last one failed. */
      readonly reason: string;
    }
  | { readonly kind: 'closed' };

/** What the connections of one client share. */
export interface ClientContext {
  readonly config: ClientConfig;
  readonly clock: Clock;
  readonly bigint: boolean;
  /** Largest reply content taken, bytes. */
  readonly maxContentBytes: number;
  readonly maxNesting: number;
  readonly observation: Observation;
}
