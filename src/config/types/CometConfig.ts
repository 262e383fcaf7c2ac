import type { ClientConfig } from './ClientConfig';
import type { HostConfig } from './HostConfig';

/**
 * A decoded `Socket_connection` with every default filled in, deep-frozen. Made by `loadConfig` and
 * `parseConfig`.
 */
export interface CometConfig {
  /** The file it came from, '' when it came as text or object. */
  readonly file: string;
  readonly hosts: readonly HostConfig[];
  /** In the order of the file. */
  readonly clients: readonly ClientConfig[];
  readonly metrics?: { readonly ip: string; readonly port: number };
  /** Read integers beyond 2^53 as bigint; default false. */
  readonly bigint: boolean;
  /** What the user should know though it is no error, a sentence each; `createApp` logs them. */
  readonly warnings: readonly string[];
}
