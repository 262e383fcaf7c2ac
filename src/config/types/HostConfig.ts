import type { Secret } from './Secret';
import type { TlsConfig } from './TlsConfig';

/**
 * Limits of a host, configuration `Host.Limits`. All finite by default; 0 means off where the comment says
 * so.
 */
export interface HostLimits {
  /** Largest content of one frame, bytes; default 16 MiB. */
  readonly maxContentBytes: number;
  /** Deepest nesting of JSON content; default 128. */
  readonly maxNesting: number;
  /** Connections open at once; default 1024. */
  readonly maxConnections: number;
  /** Unread and unsent bytes of all peers of the process; default 256 MiB. */
  readonly memoryBudgetBytes: number;
  /** Bytes waiting to be written to one peer; default 16 MiB. */
  readonly maxUnsentBytes: number;
  /** Requests of one connection whose handlers run at once; default 256. */
  readonly maxInFlight: number;
  /** Age of a frame from its first byte, and from accept to the first whole frame; default 30 s. */
  readonly frameTimeoutMs: number;
  /**
   * A large frame may take longer than `frameTimeoutMs` while it arrives at this rate; default 16384 bytes/s.
   */
  readonly minRateBytesPerS: number;
  /** A peer that does not read for so long is closed; default 30 s. */
  readonly writeTimeoutMs: number;
  /** A kept connection with nothing to do for so long is closed; default 0 = off. */
  readonly idleTimeoutMs: number;
  /** After the last frame: how long the peer's own end is awaited; default 2 s. */
  readonly lingerMs: number;
  /** From a message to the first answer of its handlers; default 30 s. */
  readonly handlerTimeoutMs: number;
  /** Longest silence inside a stream of results; default 0 = off. */
  readonly streamIdleMs: number;
  /**
   * From the abort of a message's signal to the end of its handler, which loses its slot then; default 1 s.
   */
  readonly abortGraceMs: number;
  /**
   * How long the next request of a legacy peer is waited for after a reply. No key sets it so far: a replay
   * does. Default 0 = FIN after one reply.
   */
  readonly keepAliveMs?: number;
}

/** One address to listen on, with everything that holds for its peers. */
export interface HostConfig {
  /** IPv4, IPv6 or host name. */
  readonly ip: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly limits: HostLimits;
  /** Heartbeat of native peers; two missed close the connection; default 15000, 0 = off. */
  readonly heartbeatMs: number;
  readonly dedup?: { readonly windowMs: number; readonly maxKeys: number; readonly path?: string };
  readonly tls?: TlsConfig;
  readonly allow?: readonly { readonly cidr: string; readonly legacy: boolean }[];
  readonly token?: Secret;
}
