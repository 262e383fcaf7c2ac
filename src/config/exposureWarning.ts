import type { HostConfig } from './types/HostConfig';
import { listensEverywhere } from './listensEverywhere';

/** One sentence about the hosts that listen on all addresses with nothing to keep strangers out; undefined when there are none. */
export function exposureWarning(hosts: readonly HostConfig[]): string | undefined {
  const open = hosts.filter(
    ({ ip, tls, token, allow }) =>
      listensEverywhere(ip) && tls === undefined && token === undefined && allow === undefined,
  );
  if (open.length === 0) return undefined;
  const names = open.map(({ ip, port }) => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`));
  return `Anyone who reaches this machine may send to ${names.join(', ')}, which listens on all addresses without TLS, Token or Allow. Set one of them, or a narrower IP.`;
}
