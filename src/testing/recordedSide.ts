/**
 * The `side` of an event that happened on a link of a named client: the name itself. A client named `host` (or `client:…`) is written
 * with `client:` in front, so that it cannot be taken for a host.
 *
 * @example recordedSide('Telegram') // 'Telegram'
 */
export function recordedSide(client: string): string {
  return client === 'host' || client.startsWith('client:') ? `client:${client}` : client;
}
