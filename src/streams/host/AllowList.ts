/** One entry of the `Allow` list of a host. */
export interface AllowedNetwork {
  /** `10.0.0.0/8`, `fd00::/8`, or a single address. */
  readonly cidr: string;
  /** Legacy peers from there may come in without the `Token` of the host. */
  readonly legacy: boolean;
}

interface Network {
  readonly bits: number;
  /** The address as a number, without the bits that are free. */
  readonly prefix: bigint;
  readonly freeBits: bigint;
  readonly legacy: boolean;
}

interface IpAddress {
  /** 32 or 128. */
  readonly bits: number;
  readonly value: bigint;
}

const IPV4_BITS = 32;
const IPV6_BITS = 128;
/** Before the IPv4 address in a mapped one, ::ffff:a.b.c.d. */
const MAPPED_PREFIX = 0xffffn;
const MAPPED_PREFIX_BITS = 96;

/**
 * Networks and who may come from them. An IPv4 address is the same in its own form and mapped into IPv6 (`::ffff:10.0.0.5`), on both sides
 * of the comparison; other IPv6 networks, `::/0` too, cover no IPv4 address.
 *
 * @example
 * new AllowList([{ cidr: '10.0.0.0/8', legacy: false }]).find('10.1.2.3'); // { legacy: false }
 */
export class AllowList {
  readonly #networks: readonly Network[];

  /** The networks are those that the configuration accepted; anything else matches nothing. */
  constructor(networks: readonly AllowedNetwork[]) {
    this.#networks = networks.flatMap((network) => readNetwork(network) ?? []);
  }

  /** What holds for a peer of this address; undefined: no entry covers it. Of several entries the most generous counts. */
  find(ip: string): { readonly legacy: boolean } | undefined {
    const address = readAddress(ip);
    if (address === undefined) return undefined;
    const covering = this.#networks.filter(
      ({ bits, prefix, freeBits }) => bits === address.bits && address.value >> freeBits === prefix,
    );
    return covering.length === 0 ? undefined : { legacy: covering.some(({ legacy }) => legacy) };
  }
}

function readNetwork({ cidr, legacy }: AllowedNetwork): Network | undefined {
  const [ip = '', length] = cidr.split('/');
  const address = readAddress(ip);
  if (address === undefined) return undefined;
  const { bits, value } = address;
  // The length of a network written as ::ffff:10.0.0.0/104 counts the mapping too.
  const mapping = ip.includes(':') && bits === IPV4_BITS ? MAPPED_PREFIX_BITS : 0;
  const used = length === undefined ? bits : Number(length) - mapping;
  if (!Number.isInteger(used) || used < 0 || used > bits) return undefined;
  const freeBits = BigInt(bits - used);
  return { bits, prefix: value >> freeBits, freeBits, legacy };
}

function readAddress(ip: string): IpAddress | undefined {
  if (!ip.includes(':')) {
    const value = readIpv4(ip);
    return value === undefined ? undefined : { bits: IPV4_BITS, value };
  }
  const value = readIpv6(ip);
  if (value === undefined) return undefined;
  return value >> BigInt(IPV4_BITS) === MAPPED_PREFIX
    ? { bits: IPV4_BITS, value: BigInt.asUintN(IPV4_BITS, value) }
    : { bits: IPV6_BITS, value };
}

function readIpv4(ip: string): bigint | undefined {
  const parts = ip.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255))
    return undefined;
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function readIpv6(text: string): bigint | undefined {
  // A link-local address may name the interface it was seen on: fe80::1%eth0.
  const [address = ''] = text.split('%');
  // The last 32 bits may be written as an IPv4 address.
  const tail = /[^:]*\..*$/.exec(address)?.[0];
  const ipv4 = tail === undefined ? 0n : readIpv4(tail);
  if (ipv4 === undefined) return undefined;
  const plain =
    tail === undefined
      ? address
      : `${address.slice(0, -tail.length)}${(ipv4 >> 16n).toString(16)}:${(ipv4 & 0xffffn).toString(16)}`;
  const [head = '', rest, ...more] = plain.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const before = groups(head);
  const after = groups(rest ?? '');
  const missing = 8 - before.length - after.length;
  if (more.length > 0 || (rest === undefined ? missing !== 0 : missing < 1)) return undefined;
  const all = [...before, ...Array<string>(missing).fill('0'), ...after];
  if (!all.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return all.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}
