import type { ClientConfig } from '../config/types/ClientConfig';
import { AllowList } from '../streams/host/AllowList';

const loopback = new AllowList([
  { cidr: '127.0.0.0/8', legacy: false },
  { cidr: '::1', legacy: false },
]);

/** One sentence about the clients whose `Token` anyone on the way can read; undefined when there are none. */
export function clearTokenWarning(clients: readonly ClientConfig[]): string | undefined {
  const exposed = clients.filter(
    ({ ip, tls, token }) =>
      token !== undefined && tls === undefined && ip !== 'localhost' && loopback.find(ip) === undefined,
  );
  if (exposed.length === 0) return undefined;
  const names = exposed.map(({ name }) => `"${name}"`).join(', ');
  return `The Token of ${names} leaves this machine without encryption, readable for anyone on the way. Give the client and its host a TLS entry.`;
}
