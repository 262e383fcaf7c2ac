const ADDRESS = /^(?:\[([^\]]*)\]|([^:[\]]+)):(\d+)$/;

/** IP:PORT, NAME:PORT or [IPv6]:PORT in the spelling of the settings; undefined for what is no address. Port and IP are not checked yet. */
export function parseAddress(text: string): { readonly IP: string; readonly Port: number } | undefined {
  const [, bracketed, plain, port] = ADDRESS.exec(text) ?? [];
  return port === undefined ? undefined : { IP: bracketed ?? plain ?? '', Port: Number(port) };
}
