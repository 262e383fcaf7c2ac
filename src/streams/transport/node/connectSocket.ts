import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import type { ClientConfig } from '../../../config/types/ClientConfig';
import { ConnectFailed } from '../../../errors/connections';
import type { Clock } from '../../../runtime/Clock';
import type { Link } from '../Link';
import { errorCode, toConnectFailed } from '../failures';
import { formatEndpoint } from '../../../runtime/endpoint';
import type { LookUp } from '../../../runtime/lookUp';
import { isTlsError, toTlsFailed } from './toTlsFailed';
import { findRefusal } from './findRefusal';
import { connectFirst, dropSocket } from './connectFirst';
import { SocketLink } from './SocketLink';
import type { TlsFiles } from './readTlsFiles';
import { onAbort } from '../../../runtime/onAbort';

/** What `connectSocket` works with. */
export interface ConnectOptions {
  readonly clock: Clock;
  readonly lookUp: LookUp;
}

/**
 * One attempt to connect, name lookup and TLS handshake included, all within `Connect_timeout_ms`; of several
 * addresses of a name the first that answers is taken. See Transport.connect.
 */
export function connectSocket(
  client: ClientConfig,
  files: TlsFiles | undefined,
  { clock, lookUp }: ConnectOptions,
  signal: AbortSignal,
): Promise<Link> {
  const { ip: host, port } = client;
  const peer = formatEndpoint(host, port);
  const tlsSide = { peer, side: 'client', where: `Client.${client.name}.TLS` } as const;
  const explainTls = (error: Error): Error => toTlsFailed(error, tlsSide);

  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const over = new AbortController();
    /** Drops what is under way. */
    let drop: () => void = ignore;

    const settle = (): void => {
      over.abort();
      clock.clearTimeout(timer);
      release();
    };
    const fail = (error: Error): void => {
      settle();
      drop();
      reject(error);
    };
    const onOpened = (socket: Socket | TLSSocket): void => {
      const refusal = socket instanceof TLSSocket ? findRefusal(socket, tlsSide) : undefined;
      const link = new SocketLink(
        socket,
        (error) => (isTlsError(error) ? explainTls(error) : error),
        refusal,
      );
      settle();
      resolve(link);
    };
    const onConnected = (socket: Socket): void => {
      if (files === undefined) {
        onOpened(socket);
        return;
      }
      const secure = startTls(socket, host, files);
      drop = () => dropSocket(secure);
      const onError = (error: Error): void => {
        const byTls = isTlsError(error) || errorCode(error) === 'ECONNRESET';
        fail(byTls ? explainTls(error) : toConnectFailed(error, host, port));
      };
      secure.on('error', onError);
      secure.once('secureConnect', () => {
        // Not earlier: a peer that ends its direction during the handshake has given up.
        secure.allowHalfOpen = true;
        onOpened(secure);
        secure.off('error', onError);
      });
    };
    const onFailed = (error: Error): void => fail(toConnectFailed(error, host, port));
    const tryAll = (addresses: readonly string[]): void => {
      if (over.signal.aborted) return;
      drop = connectFirst(addresses, {
        clock,
        open: (address) => connectTcp({ host: address, port, allowHalfOpen: files === undefined }),
        connected: onConnected,
        failed: onFailed,
      });
    };
    const timer = clock.setTimeout(() => {
      const reason = `not connected within ${client.connectTimeoutMs} ms (Connect_timeout_ms); is the machine on, does a firewall drop the port?`;
      fail(new ConnectFailed(reason, { peer }));
    }, client.connectTimeoutMs);

    const release = onAbort(signal, () => fail(signal.reason as Error));
    if (isIP(host) === 0)
      lookUp(host, over.signal).then(tryAll, (error: Error) => over.signal.aborted || onFailed(error));
    else tryAll([host]);
  });
}

function startTls(socket: Socket, host: string, files: TlsFiles): TLSSocket {
  // The name of the host goes to the peer (SNI) only when it is a name: an address is not allowed there,
  // though it is what is checked.
  const name = isIP(host) === 0 ? { servername: host } : {};
  return connectTls({ ...files, ...name, host, socket, minVersion: 'TLSv1.2' });
}

function ignore(): void {
  // Nothing is under way yet.
}
