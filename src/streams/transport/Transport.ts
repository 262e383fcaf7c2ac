import type { ClientConfig } from '../../config/types/ClientConfig';
import type { HostConfig } from '../../config/types/HostConfig';
import type { Link } from './Link';

/** Where links come from: sockets in production, memory in tests. */
export interface Transport {
  /**
   * Resolves once listening. `onLink` gets each accepted link; `onError` what goes wrong with accepting
   * (AcceptFailed, TlsFailed), after which it listens on. Rejects with ListenFailed, or BadCertificate when a
   * PEM file cannot be used.
   */
  listen(host: HostConfig, onLink: (link: Link) => void, onError: (error: Error) => void): Promise<Listener>;
  /**
   * Resolves with an open link. Rejects with ConnectFailed (its `cause` is the error of the system),
   * TlsFailed or BadCertificate, or with the reason of `signal` when it aborts.
   */
  connect(client: ClientConfig, signal: AbortSignal): Promise<Link>;
}

/** A host that listens. */
export interface Listener {
  readonly ip: string;
  readonly port: number;
  /** Stops accepting; open links stay. */
  close(): Promise<void>;
  /**
   * TLS only: reads the PEM files again, for connections from now on; open links stay. Rejects with
   * BadCertificate, and the certificate in use stays.
   */
  reloadCertificates?(): Promise<void>;
}
