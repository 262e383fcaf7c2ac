import { limitName } from '../../../runtime/limitNames';
import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { HostConfig } from '../../../config/types/HostConfig';
import { BadCertificate } from '../../../errors/setUp';
import { TooManyConnections } from '../../../errors/connections';
import type { Clock } from '../../../runtime/Clock';
import type { LookUp } from '../../../runtime/lookUp';
import type { Link } from '../Link';
import type { Listener } from '../Transport';
import { handOver, openListener } from './listenTcp';
import { isTlsError, toTlsFailed } from './toTlsFailed';
import type { TlsFiles } from './readTlsFiles';
import { TlsHandshakes } from './TlsHandshakes';

/** Handshakes that are let finish though there is no place. */
const TO_BE_REFUSED = 64;

/** What `listenTls` works with. */
export interface ListenTlsOptions {
  readonly clock: Clock;
  /** Reads the PEM files of the host; again for each reload. */
  readonly readFiles: () => Promise<TlsFiles>;
  readonly lookUp: LookUp;
}

/**
 * Listens for TLS 1.2 and 1.3; a link is handed over when its handshake is finished, which may take
 * `Limits.Frame_timeout_ms`. A handshake that fails goes to `onError` as TlsFailed and concerns nobody else.
 * See Transport.listen.
 */
export async function listenTls(
  host: HostConfig,
  onLink: (link: Link) => void,
  onError: (error: Error) => void,
  { clock, readFiles, lookUp }: ListenTlsOptions,
): Promise<Listener> {
  const requireClientCert = host.tls?.requireClientCert ?? false;
  const readChecked = async (): Promise<TlsFiles> => {
    const files = await readFiles();
    if (files.cert === undefined) {
      throw new BadCertificate('Host.TLS needs Cert and Key: set them to the paths of their PEM files');
    }
    if (requireClientCert && files.ca === undefined) {
      throw new BadCertificate(
        'Host.TLS.Require_client_cert needs Host.TLS.CA, the authority that signs the clients',
      );
    }
    return files;
  };
  const explain = (error: Error, peer: string): Error =>
    toTlsFailed(error, { peer, side: 'host', where: 'Host.TLS' });
  const { maxConnections, frameTimeoutMs } = host.limits;
  let open = 0;
  const handshakes = new TlsHandshakes({
    clock,
    timeoutMs: frameTimeoutMs,
    // With all places taken some get in, to be refused in words.
    room: () => Math.max(Math.min(maxConnections, TO_BE_REFUSED), maxConnections - open),
    onFailed: (error, peer) => onError(explain(error, peer)),
    onCrowded: (peer) => {
      const text = `the TLS handshake was not finished and another peer needs the place; ${maxConnections} may connect at once (${limitName('maxConnections')})`;
      onError(new TooManyConnections(text, { peer }));
    },
  });

  const files = await readChecked();
  const create = (): Server => {
    const server = createServer({
      ...files,
      minVersion: 'TLSv1.2',
      requestCert: requireClientCert,
      rejectUnauthorized: requireClientCert,
    });
    server.on('connection', (socket: Socket) => handshakes.begin(socket));
    server.on('tlsClientError', (error: Error, socket: TLSSocket) => handshakes.fail(socket, error));
    server.on('secureConnection', (socket: TLSSocket) => {
      handshakes.finish(socket);
      open += 1;
      socket.once('close', () => (open -= 1));
      // Not earlier: a peer that ends its direction during the handshake has given up.
      socket.allowHalfOpen = true;
      handOver(socket, onLink, onError, (error, peer) => (isTlsError(error) ? explain(error, peer) : error));
    });
    return server;
  };

  const { ip, port, close, servers } = await openListener(create, host, onError, lookUp);
  return {
    ip,
    port,
    close: () => {
      handshakes.stop();
      return close();
    },
    reloadCertificates: async () => {
      const renewed = await readChecked();
      for (const server of servers) server.setSecureContext({ ...renewed, minVersion: 'TLSv1.2' });
    },
  };
}
