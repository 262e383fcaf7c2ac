import path from 'node:path';
import type { CometConfig } from './types/CometConfig';
import type { TlsConfig } from './types/TlsConfig';

type Decoded = Pick<CometConfig, 'hosts' | 'clients'>;

/**
 * Relative paths of a settings file start at its own folder: a program that is started from another folder one day must find the same
 * certificates, and above all the same outbox.
 */
export function resolvePaths<C extends Decoded>(config: C, file: string): C {
  const folder = path.dirname(file);
  const resolved = (given: string): string => path.resolve(folder, given);
  const withTls = <T extends { readonly tls?: TlsConfig }>(part: T): T => {
    if (part.tls === undefined) return part;
    const { cert, key, ca } = part.tls;
    const tls = {
      ...part.tls,
      ...(cert === undefined ? {} : { cert: resolved(cert) }),
      ...(key === undefined ? {} : { key: resolved(key) }),
      ...(ca === undefined ? {} : { ca: resolved(ca) }),
    };
    return { ...part, tls };
  };
  return {
    ...config,
    hosts: config.hosts.map((host) => {
      const { dedup } = host;
      return withTls(
        dedup?.path === undefined ? host : { ...host, dedup: { ...dedup, path: resolved(dedup.path) } },
      );
    }),
    clients: config.clients.map((client) => {
      const { outbox } = client;
      return withTls(outbox === undefined ? client : { ...client, outbox: { path: resolved(outbox.path) } });
    }),
  };
}
