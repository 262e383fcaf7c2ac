import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** One entry of the `Allow` list of a host. */
export interface AllowedNetwork {
  /** `10.0.0.0/8`, `fd00::/8`, or a single address. */
  readonly cidr: string;
  /** Legacy peers from there may come in without the `Token` of the host. */
  readonly legacy: boolean;
}

/** IPv4 as IPv6 says it, ::ffff:a.b.c.d: its prefix, and how many bits that has. */
const MAPPED_PREFIX = '::ffff:';
const MAPPED_BITS = 96;
const IPV6_BITS = 128;

const mappedAddresses = new BlockList();
mappedAddresses.addSubnet(`${MAPPED_PREFIX}0.0.0.0`, MAPPED_BITS, 'ipv6');

/**
 * Networks and who may come from them. An IPv4 address is the same in its own form and mapped into IPv6
 * (`::ffff:10.0.0.5`), on both sides of the comparison; other IPv6 networks, `::/0` too, cover no IPv4
 * address.
 *
 * @example
 * new AllowList([{ cidr: '10.0.0.0/8', legacy: false }]).find('10.1.2.3'); // { legacy: false }
 */
export class AllowList {
  readonly #all = new Networks();
  readonly #legacy = new Networks();

  /** The networks are those that the configuration accepted; anything else matches nothing. */
  constructor(networks: readonly AllowedNetwork[]) {
    for (const { cidr, legacy } of networks) {
      this.#all.add(cidr);
      if (legacy) this.#legacy.add(cidr);
    }
  }

  /**
   * What holds for a peer of this address; undefined: no entry covers it. Of several entries the most
   * generous counts.
   */
  find(ip: string): { readonly legacy: boolean } | undefined {
    const address = toIpv6(ip);
    if (address === undefined || !this.#all.cover(address)) return undefined;
    return { legacy: this.#legacy.cover(address) };
  }
}

/**
 * A list for each family, so that no IPv6 network covers an IPv4 address. Addresses of both are written as
 * IPv6.
 */
class Networks {
  readonly #ipv4 = new BlockList();
  readonly #ipv6 = new BlockList();

  add(cidr: string): void {
    const [ip = '', length] = cidr.split('/');
    const address = toIpv6(ip);
    if (address === undefined || (length !== undefined && !/^\d{1,3}$/.test(length))) return;
    // The length of a network written as ::ffff:10.0.0.0/104 counts the mapping too.
    const bits = length === undefined ? IPV6_BITS : Number(length) + (isIPv4(ip) ? MAPPED_BITS : 0);
    const mapped = isMapped(address);
    if (bits > IPV6_BITS || (mapped && bits < MAPPED_BITS)) return;
    (mapped ? this.#ipv4 : this.#ipv6).addSubnet(address, bits, 'ipv6');
  }

  cover(address: string): boolean {
    return (isMapped(address) ? this.#ipv4 : this.#ipv6).check(address, 'ipv6');
  }
}

function toIpv6(ip: string): string | undefined {
  if (isIPv4(ip)) return MAPPED_PREFIX + ip;
  // A link-local address may name the interface it was seen on: fe80::1%eth0.
  const [address = ''] = ip.split('%');
  return isIPv6(address) ? address : undefined;
}

function isMapped(address: string): boolean {
  return mappedAddresses.check(address, 'ipv6');
}
