import { resolve } from 'node:path';
import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';
import type { ClientConfig } from '../types/ClientConfig';
import type { CometConfig } from '../types/CometConfig';
import type { HostConfig } from '../types/HostConfig';
import { ClientsCodec } from './ClientCodec';
import { isEmpty, nodeCodec, type NodeCodec } from './nodeCodec';
import { HostCodec } from './HostCodec';
import { listOf } from './listOf';
import { MINIMAL_EXAMPLE } from '../nodes/findSocketConnection';
import { Address, Flag, FreePort } from './scalars';
import { type RuleFinding, optional, required, section, withDefault } from './section';

const HostList = listOf('a host or a list of hosts', HostCodec);

/** `Host`: one, or a list. Nothing under the key means no host. */
const HostsCodec: NodeCodec<readonly HostConfig[]> = nodeCodec('a host', (node, context) => {
  if (isEmpty(node)) return t.success([]);
  if (node.kind === 'sequence') return HostList.validate(node, context);
  const host = HostCodec.validate(node, context);
  return isLeft(host) ? host : t.success([host.right]);
});

const MetricsCodec = section<NonNullable<CometConfig['metrics']>>('the metrics address', {
  ip: required('IP', Address),
  port: required('Port', FreePort),
});

/** `Socket_connection` as a whole. */
export const SocketConnectionCodec = section<Omit<CometConfig, 'file' | 'warnings'>>(
  'Socket_connection',
  {
    hosts: withDefault('Host', HostsCodec, []),
    clients: withDefault('Client', ClientsCodec, []),
    metrics: optional('Metrics', MetricsCodec),
    bigint: withDefault('Bigint', Flag, false),
  },
  ({ hosts, clients, metrics }) => {
    if (hosts?.length === 0 && clients?.length === 0) {
      const message = 'has neither a Host to listen on nor a Client to send to';
      return [{ key: '', message, remedy: `for example ${MINIMAL_EXAMPLE}` }];
    }
    return [...sharedAddresses(hosts ?? [], metrics), ...sharedFolders(hosts ?? [], clients ?? [])];
  },
);

function sharedAddresses(
  hosts: readonly HostConfig[],
  metrics: CometConfig['metrics'],
): readonly RuleFinding[] {
  const seen = new Set<string>();
  const findings = hosts.flatMap(({ ip, port }) => {
    const address = addressText(ip, port);
    const taken = port !== 0 && seen.has(address);
    seen.add(address);
    return taken
      ? [{ key: 'Host', message: `two hosts have the address ${address}`, remedy: 'change one Port' }]
      : [];
  });
  if (metrics === undefined || metrics.port === 0) return findings;
  const address = addressText(metrics.ip, metrics.port);
  if (!seen.has(address)) return findings;
  const message = `a host has the address ${address} already`;
  return [...findings, { key: 'Metrics', message, remedy: 'change one Port' }];
}

function addressText(ip: string, port: number): string {
  return `${ip} port ${port}`;
}

/** A store on disk belongs to one host or client. */
function sharedFolders(
  hosts: readonly HostConfig[],
  clients: readonly ClientConfig[],
): readonly RuleFinding[] {
  const users = [
    ...hosts.map(({ dedup }) => ({ key: 'Host', path: dedup?.path })),
    ...clients.map(({ outbox }) => ({ key: 'Client', path: outbox?.path })),
  ];
  const seen = new Set<string>();
  return users.flatMap(({ key, path }) => {
    if (path === undefined) return [];
    const folder = resolve(path);
    const taken = seen.has(folder);
    seen.add(folder);
    return taken
      ? [
          {
            key,
            message: `two stores (Outbox, Dedup) have the path ${path}`,
            remedy: 'give each its own Path',
          },
        ]
      : [];
  });
}
