const IPV4_BYTE = /^(?:0|[1-9]\d{0,2})$/;
const LABEL = /^[\p{L}\p{N}_](?:[\p{L}\p{N}_-]{0,61}[\p{L}\p{N}_])?$/u;

/** What keeps a text from being an IPv4 or IPv6 address or a host name, as advice; undefined when it is one. */
export function addressFault(text: string): string | undefined {
  if (text === '' || text === '*') return 'use 0.0.0.0 for all IPv4 addresses, :: for all addresses';
  if (text.startsWith('[')) return 'write an IPv6 address without brackets';
  if (/^[^:]+:\d+$/.test(text)) return 'the port has its own key: Port';
  if (text.includes('/')) return 'give the bare address, without scheme or path';
  if (text.includes(':')) {
    return isIpv6(text) ? undefined : 'this is no IPv6 address: expected a form such as ::1 or fe80::1%eth0';
  }
  if (/^[\d.]+$/.test(text)) {
    return isIpv4(text) ? undefined : 'an IPv4 address is four numbers from 0 to 255';
  }
  const labels = text.replace(/\.$/, '').split('.');
  return text.length <= 253 && labels.every((label) => LABEL.test(label))
    ? undefined
    : 'a host name is made of letters, digits, hyphens and dots';
}

function isIpv4(text: string): boolean {
  const bytes = text.split('.');
  return bytes.length === 4 && bytes.every((byte) => IPV4_BYTE.test(byte) && Number(byte) <= 255);
}

function isIpv6(text: string): boolean {
  const [address = '', zone] = text.split(/%(.*)/s);
  return /^[0-9a-fA-F:.]+$/.test(address) && zone !== '' && URL.canParse(`http://[${address}]/`);
}
