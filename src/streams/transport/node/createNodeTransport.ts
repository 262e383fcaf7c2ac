import { readFile } from 'node:fs/promises';
import type { TlsConfig } from '../../../config/types/TlsConfig';
import { type Clock, systemClock } from '../../../runtime/Clock';
import { formatEndpoint } from '../../../runtime/endpoint';
import { systemLookUp, type LookUp } from '../../../runtime/lookUp';
import type { Transport } from '../Transport';
import { connectSocket } from './connectSocket';
import { listenTcp, toAcceptFailed } from './listenTcp';
import { watchOpenFiles } from './watchOpenFiles';
import { listenTls } from './listenTls';
import { type TlsFiles, readTlsFiles } from './readTlsFiles';

/** What a spec may replace. */
export interface NodeTransportOptions {
  /**
   * For deadlines of connecting and of TLS handshakes, and the dates of certificates; default the clock of
   * the machine.
   */
  readonly clock?: Clock;
  /** Gives the text of a PEM file; default reads it from the disk. */
  readonly readText?: (path: string) => Promise<string>;
  /** Gives the addresses of a host name; default asks the system. */
  readonly lookUp?: LookUp;
}

/**
 * Links over TCP, and over TLS where the configuration has a `TLS` entry.
 *
 * - Each direction ends on its own (protocol 1.3), nothing is delayed to be sent with more, and the system
 *   probes silent connections after 60 s.
 * - A host on `::` takes IPv4 peers too and sees them under their IPv4 address; one on a name listens at each
 *   of its addresses that is of this machine, with one port, and is called by the first IPv4 address.
 * - Of a peer with several addresses the first that answers is taken; a slow one is not given up before
 *   `Connect_timeout_ms`.
 * - `Connect_timeout_ms` covers name lookup, connecting and the TLS handshake; `Limits.Frame_timeout_ms` the
 *   handshake at the host.
 * - A host tells within a second when the process can open no more files, because its connections are dropped
 *   then (AcceptFailed).
 * - PEM files are read at `listen` and `reloadCertificates`, and at each `connect`. A client without `CA`
 *   trusts the authorities that come with Node.
 *
 * @example
 * const transport = createNodeTransport();
 * const listener = await transport.listen(config.hosts[0], (link) => link.open(events), console.error);
 * console.log(`listening on ${listener.ip}:${listener.port}`);
 */
export function createNodeTransport(options: NodeTransportOptions = {}): Transport {
  const {
    clock = systemClock,
    readText = (path: string) => readFile(path, 'utf8'),
    lookUp = systemLookUp,
  } = options;
  const read = (tls: TlsConfig, where: string): Promise<TlsFiles> =>
    readTlsFiles(tls, { where, readText, wallTime: clock.wallTime() });

  return {
    async listen(host, onLink, onError) {
      const { tls } = host;
      const listener = await (tls === undefined
        ? listenTcp(host, onLink, onError, lookUp)
        : listenTls(host, onLink, onError, { clock, readFiles: () => read(tls, 'Host.TLS'), lookUp }));
      const where = formatEndpoint(listener.ip, listener.port);
      const endWatch = watchOpenFiles(clock, (error) => onError(toAcceptFailed(error, where)));
      return {
        ...listener,
        close: () => {
          endWatch();
          return listener.close();
        },
      };
    },
    async connect(client, signal) {
      const files =
        client.tls === undefined ? undefined : await read(client.tls, `Client.${client.name}.TLS`);
      return connectSocket(client, files, { clock, lookUp }, signal);
    },
  };
}
