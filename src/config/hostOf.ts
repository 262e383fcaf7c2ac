import { BadOption } from '../errors/setUp';
import type { ClientConfig } from './types/ClientConfig';
import type { HostConfig } from './types/HostConfig';
import { parseConfig } from './parseConfig';

/** An address as a settings file has it, with further keys of its entry. */
type Entry = Readonly<Record<string, unknown>>;

/**
 * A host of a call's options: as `loadConfig` gives it, as the entry of a settings file, `{ip, port}`, or the
 * text "IP:PORT".
 *
 * @param name of the option, for errors.
 * @throws BadOption (ERR_BAD_OPTION) for another thing, ConfigError (ERR_CONFIG) for an entry that is wrong,
 * as a settings file would get it.
 */
export function hostOf(name: string, given: unknown): HostConfig {
  if (isConfig(given, 'limits')) return given as HostConfig;
  const [host] = parseConfig({ Socket_connection: { Host: entryOf(name, given) } }).hosts;
  if (host === undefined) throw new BadOption(`${name}: expected a host`);
  return host;
}

/** The same for the peer that a call connects to. */
export function clientOf(name: string, given: unknown): ClientConfig {
  if (isConfig(given, 'ackTimeoutMs')) return given as ClientConfig;
  const [client] = parseConfig({ Socket_connection: { Client: { Peer: entryOf(name, given) } } }).clients;
  if (client === undefined) throw new BadOption(`${name}: expected a peer`);
  return client;
}

/** Whether it is what a configuration was made into, by a member that only that has. */
const isConfig = (given: unknown, member: string): boolean =>
  typeof given === 'object' && given !== null && member in given;

function entryOf(name: string, given: unknown): Entry {
  if (typeof given === 'string') {
    const [, bracketed, plain, port] = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(given) ?? [];
    if (port !== undefined) return { IP: bracketed ?? plain, Port: Number(port) };
    throw new BadOption(`${name}: expected IP:PORT such as 127.0.0.1:65432, got "${given}"`);
  }
  const isRecord = typeof given === 'object' && given !== null && !Array.isArray(given) && !('then' in given);
  if (isRecord && ('IP' in given || 'Port' in given)) return given;
  if (isRecord && 'ip' in given && 'port' in given) return { IP: given.ip, Port: given.port };
  const came =
    typeof given === 'object' && given !== null && 'then' in given ? 'a Promise: await it' : typeof given;
  throw new BadOption(`${name}: expected {IP, Port} as in a settings file, or "IP:PORT", got ${came}`);
}
