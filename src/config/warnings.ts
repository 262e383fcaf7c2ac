import { formatEndpoint } from '../runtime/endpoint';
import type { HostConfig } from './types/HostConfig';
import type { CometConfig } from './types/CometConfig';

const allAddresses = ['[::]', '[::ffff:0:0]'];

/**
 * True for an address that stands for all addresses of the machine. `::` has many spellings; a URL knows the
 * shortest.
 */
function listensEverywhere(ip: string): boolean {
  if (!ip.includes(':')) return ip === '0.0.0.0';
  const url = `http://[${ip}]/`;
  return URL.canParse(url) && allAddresses.includes(new URL(url).hostname);
}

/**
 * One sentence about the hosts that listen on all addresses with nothing to keep strangers out; undefined
 * when there are none.
 */
export function exposureWarning(hosts: readonly HostConfig[]): string | undefined {
  const open = hosts.filter(
    ({ ip, tls, token, allow }) =>
      listensEverywhere(ip) && tls === undefined && token === undefined && allow === undefined,
  );
  if (open.length === 0) return undefined;
  const names = open.map(({ ip, port }) => formatEndpoint(ip, port));
  return `Anyone who reaches this machine may send to ${names.join(', ')}, which listens on all addresses without TLS, Token or Allow. Set one of them, or a narrower IP.`;
}

/**
 * One sentence when the metrics are served on all addresses, where nothing keeps strangers out; undefined
 * otherwise.
 */
export function metricsExposureWarning({ metrics }: Pick<CometConfig, 'metrics'>): string | undefined {
  if (metrics === undefined || !listensEverywhere(metrics.ip)) return undefined;
  const { ip, port } = metrics;
  const where = formatEndpoint(ip, port);
  return `Anyone who reaches this machine may read the metrics at ${where}, which listens on all addresses. Set Metrics.IP to 127.0.0.1, or to an address that only the scraper reaches.`;
}
