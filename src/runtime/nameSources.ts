import { lookup, Resolver } from 'node:dns/promises';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { isIP } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Who knows the addresses of names, in the order in which they are asked. */
export interface NameSources {
  /** The hosts file of the machine, and an address for itself; none for a name that is not there. */
  listed(name: string): Promise<readonly string[]>;
  /**
   * The name servers; none for a name that they do not know, for the system to look for. Rejects when they do
   * not answer; at once when `signal` aborts.
   */
  servers(name: string, signal: AbortSignal): Promise<readonly string[]>;
  /**
   * All that the system has. Cannot be ended, holds one of the few threads of the runtime, and keeps the
   * process alive.
   */
  system(name: string): Promise<readonly string[]>;
}

/** Together about 4 s, less than the usual Connect_timeout_ms, so that the reason is seen. */
const servers = { timeout: 1000, tries: 2 } as const;
/** IPv4 answers wait so long for the IPv6 ones; RFC 8305, 3. */
const RESOLUTION_DELAY_MS = 50;
const loopback: readonly string[] = ['127.0.0.1', '::1'];

/** Those of this machine. */
export const nameSources: NameSources = {
  async listed(name) {
    if (isIP(name) !== 0) return [name];
    const wanted = name.toLowerCase().replace(/\.$/, '');
    const listed = (await readHosts()).get(wanted);
    if (listed !== undefined) return listed;
    // RFC 6761, 6.3: never asked for, whether it is listed or not.
    return wanted === 'localhost' || wanted.endsWith('.localhost') ? loopback : [];
  },

  async servers(name, signal) {
    // RFC 6762: not for name servers.
    if (/\.local\.?$/i.test(name)) return [];
    const resolver = new Resolver(servers);
    const cancel = (): void => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const six = resolver.resolve6(name).catch(() => []);
      const four = await resolver.resolve4(name).catch(toReason);
      if (four instanceof Array) {
        return [...four, ...(await Promise.race([six, delay(RESOLUTION_DELAY_MS, [], { ref: false })]))];
      }
      const found = await six;
      if (found.length > 0) return found;
      // Windows and macOS know names, and ways to name servers, that this resolver does not.
      if (four.reason.code !== 'ETIMEOUT' || isOwnResolver()) return [];
      throw four.reason;
    } finally {
      signal.removeEventListener('abort', cancel);
      // What is still under way is wanted no more.
      resolver.cancel();
    }
  },

  system: async (name) => (await lookup(name, { all: true })).map(({ address }) => address),
};

const isOwnResolver = (): boolean => process.platform === 'win32' || process.platform === 'darwin';

const toReason = (reason: NodeJS.ErrnoException): { readonly reason: NodeJS.ErrnoException } => ({ reason });

type HostsFile = ReadonlyMap<string, readonly string[]>;

const HOSTS_PATH =
  process.platform === 'win32'
    ? path.join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'drivers', 'etc', 'hosts')
    : '/etc/hosts';
let known: { readonly stamp: string; readonly names: HostsFile } = { stamp: '', names: new Map() };

/** Read again when it has changed. */
async function readHosts(): Promise<HostsFile> {
  try {
    const { mtimeMs, size, ino } = await stat(HOSTS_PATH);
    const stamp = `${mtimeMs} ${size} ${ino}`;
    if (stamp !== known.stamp) known = { stamp, names: parseHosts(await readFile(HOSTS_PATH, 'utf8')) };
    return known.names;
  } catch {
    // Not every machine has one that may be read; then the others are asked.
    return new Map();
  }
}

/**
 * The addresses of each name in the text of a hosts file, IPv4 first.
 *
 * @example parseHosts('127.0.0.1 localhost lab').get('lab') // ['127.0.0.1']
 */
export function parseHosts(text: string): HostsFile {
  const names = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const alias of aliases) {
      const name = alias.toLowerCase();
      const addresses = names.get(name);
      if (addresses === undefined) names.set(name, [address]);
      else addresses.push(address);
    }
  }
  for (const addresses of names.values()) addresses.sort((a, b) => isIP(a) - isIP(b));
  return names;
}
