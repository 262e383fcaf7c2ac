/**
 * An address and a port as users write them: `ip:port`, `[ip]:port` for IPv6.
 *
 * @example formatEndpoint('::1', 65432) // '[::1]:65432'
 */
export function formatEndpoint(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}
