import type { Address } from '../index';

/** As users write it: ip:port, [ip]:port for IPv6. */
export function formatAddress({ ip, port }: Address): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}
