import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ClientConfig } from '../../../config/types/ClientConfig';
import { ConnectFailed } from '../../../errors/connections';
import type { Clock } from '../../../runtime/Clock';
import type { Link } from '../Link';
import { errorCode, toConnectFailed } from '../failures';
import { formatEndpoint } from '../../../runtime/endpoint';
import { isTlsError, toTlsFailed } from './toTlsFailed';
import { SocketLink } from './SocketLink';
import type { TlsFiles } from './readTlsFiles';

/**
 * One attempt to connect, name lookup and TLS handshake included; of several addresses of a name the first that answers is taken (Node's
 * own way). See Transport.connect.
 */
export function connectSocket(
  client: ClientConfig,
  files: TlsFiles | undefined,
  clock: Clock,
  signal: AbortSignal,
): Promise<Link> {
  const { ip: host, port } = client;
  const peer = formatEndpoint(host, port);
  const explainTls = (error: Error): Error =>
    toTlsFailed(error, { peer, side: 'client', where: `Client.${client.name}.TLS` });

  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const opened = files === undefined ? 'connect' : 'secureConnect';
    const socket =
      files === undefined ? connectTcp({ host, port, allowHalfOpen: true }) : startTls(host, port, files);

    const settle = (): void => {
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.off(opened, onOpened);
      socket.off('error', onError);
    };
    const fail = (error: Error): void => {
      settle();
      // Until it is closed a socket may report errors, and one that nobody hears ends the process.
      socket.on('error', ignore);
      socket.once('close', () => socket.off('error', ignore));
      socket.destroy();
      reject(error);
    };
    const onOpened = (): void => {
      // Not earlier for TLS: a peer that ends its direction during the handshake has given up.
      socket.allowHalfOpen = true;
      const link = new SocketLink(socket, (error) => (isTlsError(error) ? explainTls(error) : error));
      settle();
      resolve(link);
    };
    const onError = (error: Error): void => {
      const inHandshake = files !== undefined && (isTlsError(error) || errorCode(error) === 'ECONNRESET');
      fail(inHandshake ? explainTls(error) : toConnectFailed(error, host, port));
    };
    const onAbort = (): void => fail(signal.reason as Error);
    const timer = clock.setTimeout(() => {
      const reason = `not connected within ${client.connectTimeoutMs} ms (Connect_timeout_ms); is the machine on, does a firewall drop the port?`;
      fail(new ConnectFailed(reason, { peer }));
    }, client.connectTimeoutMs);

    socket.on(opened, onOpened);
    socket.on('error', onError);
    signal.addEventListener('abort', onAbort);
  });
}

function startTls(host: string, port: number, files: TlsFiles): Socket {
  // The name of the host goes to the peer (SNI) only when it is a name: an address is not allowed there.
  const name = isIP(host) === 0 ? { servername: host } : {};
  return connectTls({ ...files, ...name, host, port, minVersion: 'TLSv1.2' });
}

function ignore(): void {
  // An attempt that was given up has told its reason already.
}
