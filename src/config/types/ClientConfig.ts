import type { Secret } from './Secret';
import type { TlsConfig } from './TlsConfig';

/** One named peer to send to. */
export interface ClientConfig {
  readonly name: string;
  readonly ip: string;
  readonly port: number;
  /** From subscription to the first result, queueing and connecting included; default 5000. */
  readonly ackTimeoutMs: number;
  /** One attempt to connect; default 5000. */
  readonly connectTimeoutMs: number;
  /** `auto` finds out; default auto. */
  readonly dialect: 'auto' | 'comet' | 'native';
  /** Connections at once to a legacy peer; default 1, which keeps order. */
  readonly parallel: number;
  /** Default 15000, 0 = off. */
  readonly heartbeatMs: number;
  /** Delays between attempts to connect: 100 ms, doubling to 10 s, spread by ±jitter (0.2). */
  readonly reconnect: { readonly minDelayMs: number; readonly maxDelayMs: number; readonly jitter: number };
  readonly queue: ClientQueueConfig;
  readonly outbox?: { readonly path: string };
  readonly tls?: TlsConfig;
  readonly token?: Secret;
}

/** The queue of a client, configuration `Queue`. */
export interface ClientQueueConfig {
  /** Messages; default 10000. */
  readonly capacity: number;
  /** Default 64 MiB. */
  readonly maxBytes: number;
  /** Fraction of capacity past which `tell` returns false; default 0.8. */
  readonly highWater: number;
  /** What happens to a message the queue has no room for; default fail. */
  readonly overflow: 'fail' | 'drop-oldest' | 'drop-newest';
  /** How long a detached message may wait; default 0 = without limit. */
  readonly ttlMs: number;
}
