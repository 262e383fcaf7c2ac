/** An address something listens on. */
export interface Address {
  readonly ip: string;
  readonly port: number;
}

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * An address without its IPv6 dress: a host that listens on `::` sees the IPv4 peer 10.0.0.5 as
 * `::ffff:10.0.0.5`; users, `Allow` lists and logs mean 10.0.0.5.
 *
 * @example plainIp('::ffff:10.0.0.5') // '10.0.0.5'
 */
export function plainIp(ip: string): string {
  return MAPPED.exec(ip)?.[1] ?? ip;
}

/**
 * An address and a port as users write them: `ip:port`, `[ip]:port` for IPv6.
 *
 * @example formatEndpoint('::1', 65432) // '[::1]:65432'
 */
export function formatEndpoint(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}
