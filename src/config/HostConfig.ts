import type { HostLimits } from './HostLimits';
import type { Secret } from './Secret';
import type { TlsConfig } from './TlsConfig';

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
