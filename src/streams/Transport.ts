import type { ClientConfig } from '../config/ClientConfig';
import type { HostConfig } from '../config/HostConfig';
import type { Link } from './Link';

/** Where links come from: sockets in production, memory in tests. */
export interface Transport {
  /** Resolves once listening; rejects with ListenFailed. */
  listen(host: HostConfig, onLink: (link: Link) => void, onError: (error: Error) => void): Promise<Listener>;
  /** Resolves with an open link; rejects with the error of the system, or when `signal` aborts. */
  connect(client: ClientConfig, signal: AbortSignal): Promise<Link>;
}

/** A host that listens. */
export interface Listener {
  readonly ip: string;
  readonly port: number;
  /** Stops accepting; open links stay. */
  close(): Promise<void>;
}
