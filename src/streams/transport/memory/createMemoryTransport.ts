import { checkOptions, shapes } from '../../../runtime/checkArguments';
import { describeError, isInstance } from '../../../runtime/describeError';
import type { HostConfig } from '../../../config/types/HostConfig';
import type { Link } from '../Link';
import type { Transport } from '../Transport';
import { formatEndpoint } from '../../../runtime/endpoint';
import { toConnectFailed, toListenFailed } from '../failures';
import { DEFAULT_HIGH_WATER_MARK, MemoryLinkEnd } from './memoryLinkEnd';

/** How a network in memory behaves. */
export interface MemoryTransportOptions {
  /** Address that hosts see their peers under, for `Allow` lists; default 127.0.0.1. */
  readonly clientIp?: string;
  /** Bytes that may wait for the other side before `write` returns false; default 16384. */
  readonly highWaterMark?: number;
}

interface OpenHost {
  readonly ip: string;
  readonly port: number;
  accept(link: Link): void;
}

/**
 * First of the ports that the system gives out; clients count up from here, hosts with port 0 from
 * FREE_HOST_PORT.
 */
const FREE_CLIENT_PORT = 50_000;
const FREE_HOST_PORT = 40_000;

/**
 * A network of its own, in memory: hosts and clients of one transport reach each other at the addresses of
 * their configuration, nothing else does. No socket, no time; links behave as those of
 * `createMemoryLinkPair`. Port 0 gives a free port, `0.0.0.0` and `::` take every address, `localhost` is
 * 127.0.0.1. A taken address rejects with ListenFailed, an address where nobody listens with ConnectFailed,
 * in the words of the real ones. `TLS` entries have no effect.
 *
 * @example
 * const app = createApp(config, { transport: createMemoryTransport() });
 */
export function createMemoryTransport(options: MemoryTransportOptions = {}): Transport {
  checkOptions('createMemoryTransport', options, { clientIp: shapes.text, highWaterMark: shapes.amount });
  const { clientIp = '127.0.0.1', highWaterMark = DEFAULT_HIGH_WATER_MARK } = options;
  const hosts = new Set<OpenHost>();
  let nextClientPort = FREE_CLIENT_PORT;

  const find = (ip: string, port: number): OpenHost | undefined =>
    [...hosts].find((host) => host.port === port && (host.ip === ip || isEveryAddress(host.ip)));

  const isTaken = ({ ip, port }: { ip: string; port: number }): boolean =>
    [...hosts].some(
      (host) => host.port === port && (isEveryAddress(ip) || isEveryAddress(host.ip) || host.ip === ip),
    );

  const freePort = (ip: string): number => {
    let port = FREE_HOST_PORT;
    while (isTaken({ ip, port })) port += 1;
    return port;
  };

  return {
    async listen(config: HostConfig, onLink, onError) {
      await Promise.resolve();
      const ip = resolveName(config.ip);
      const port = config.port === 0 ? freePort(ip) : config.port;
      if (isTaken({ ip, port })) throw toListenFailed(systemError('listen', 'EADDRINUSE'), config.ip, port);
      const host: OpenHost = {
        ip,
        port,
        accept(link) {
          try {
            onLink(link);
          } catch (error) {
            link.destroy();
            onError(isInstance(error, Error) ? error : new Error(describeError(error), { cause: error }));
          }
        },
      };
      hosts.add(host);
      return {
        ip,
        port,
        close() {
          hosts.delete(host);
          return Promise.resolve();
        },
      };
    },

    async connect(config, signal) {
      await Promise.resolve();
      signal.throwIfAborted();
      const ip = resolveName(config.ip);
      const host = find(ip, config.port);
      if (host === undefined)
        throw toConnectFailed(systemError('connect', 'ECONNREFUSED'), config.ip, config.port);

      const peer = formatEndpoint(ip, config.port);
      const client = new MemoryLinkEnd({ peer, peerIp: ip, highWaterMark });
      const seenByHost = formatEndpoint(clientIp, nextClientPort);
      nextClientPort += 1;
      host.accept(new MemoryLinkEnd({ peer: seenByHost, peerIp: clientIp, highWaterMark }, client));
      return client;
    },
  };
}

function isEveryAddress(ip: string): boolean {
  return ip === '0.0.0.0' || ip === '::';
}

function resolveName(ip: string): string {
  return ip === 'localhost' ? '127.0.0.1' : ip;
}

function systemError(call: string, code: string): Error {
  return Object.assign(new Error(`${call} ${code}`), { code });
}
