const ALL_ADDRESSES = ['[::]', '[::ffff:0:0]'];

/** True for an address that stands for all addresses of the machine. `::` has many spellings; a URL knows the shortest. */
export function listensEverywhere(ip: string): boolean {
  if (!ip.includes(':')) return ip === '0.0.0.0';
  const url = `http://[${ip}]/`;
  return URL.canParse(url) && ALL_ADDRESSES.includes(new URL(url).hostname);
}
