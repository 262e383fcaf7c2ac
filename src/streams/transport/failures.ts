import { ConnectFailed } from '../../errors/connections';
import { ListenFailed, type ListenPart } from '../../errors/setUp';
import { formatEndpoint } from '../../runtime/endpoint';

/** The `code` of an error of Node such as ECONNREFUSED; '' when it has none. */
export function errorCode(error: unknown): string {
  // Not by instanceof: Jest and vm contexts have an Error of their own, and Node's errors are none of those.
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}

/** Why a peer could not be reached, in words; `cause` stays the error of the system. */
export function toConnectFailed(cause: Error, ip: string, port: number): ConnectFailed {
  const causes: readonly unknown[] =
    'errors' in cause && Array.isArray(cause.errors) ? cause.errors : [cause];
  // The addresses of a name mostly fail for one reason.
  const reasons = new Set(causes.map((one) => explainConnect(one as Error, ip)));
  return new ConnectFailed([...reasons].join('; '), { peer: formatEndpoint(ip, port), cause });
}

function explainConnect(cause: Error, ip: string): string {
  const code = errorCode(cause);
  switch (code) {
    case 'ECONNREFUSED':
      return 'nothing listens there (ECONNREFUSED); is the peer started, are IP and Port right?';
    case 'ETIMEOUT':
      return `no name server answers when asked for "${ip}" (ETIMEOUT); is the network right? An IP address needs none`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
    case 'EAI_NODATA':
      return `unknown host name "${ip}" (${code})`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
      return `no way to that address (${code}); is the machine on, is the network right?`;
    case 'ETIMEDOUT':
      return 'no answer from that address (ETIMEDOUT); is the machine on, does a firewall drop the port?';
    case 'ECONNRESET':
      return 'the peer closed the connection while it was being opened (ECONNRESET)';
    case 'EADDRNOTAVAIL':
      return 'no free local port or address for the connection (EADDRNOTAVAIL)';
    case 'EMFILE':
    case 'ENFILE':
      return `too many open files (${code}); raise the limit of the system (ulimit -n)`;
    default:
      return cause.message;
  }
}

const ipSetting = { setting: 'ip' } as const;
const portSetting = { setting: 'port' } as const;

/** A text with settings in it. */
function words(texts: TemplateStringsArray, ...between: readonly (ListenPart | number)[]): ListenPart[] {
  return texts.flatMap((text, at): ListenPart[] => {
    const part = between[at] ?? '';
    return [text, typeof part === 'number' ? String(part) : part];
  });
}

/** What a host that could not listen tells its user: what is in the way and what to change. */
export function toListenFailed(cause: Error, ip: string, port: number): ListenFailed {
  return new ListenFailed(explainListen(cause, ip, port), { cause });
}

function explainListen(cause: Error, ip: string, port: number): readonly ListenPart[] {
  const where = formatEndpoint(ip, port);
  switch (errorCode(cause)) {
    case 'EADDRINUSE':
      return words`another program listens on ${where}; stop it, or set ${portSetting} to 0 for a free port${
        ip === '::' ? ' (:: takes IPv4 too, a second host on 0.0.0.0 is not needed)' : ''
      }`;
    case 'EADDRNOTAVAIL':
      return words`${ip} is not an address of this machine; set ${ipSetting} to one of its addresses, or to 0.0.0.0 for all of them`;
    case 'EACCES':
    case 'EPERM':
      return port > 0 && port < 1024
        ? words`no permission to listen on ${where}: ports below 1024 need special rights; set ${portSetting} to 1024 or above`
        : words`no permission to listen on ${where}; set ${portSetting} to another port`;
    case 'ETIMEOUT':
      return words`no name server answers when asked for "${ip}" of ${ipSetting} (ETIMEOUT); set it to an IP address`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
    case 'EAI_NODATA':
      return words`unknown host name "${ip}" in ${ipSetting}; set it to an IP address or to a name this machine can resolve`;
    case 'EAFNOSUPPORT':
      return words`this machine has no ${ip.includes(':') ? 'IPv6' : 'IPv4'}, which ${ip} in ${ipSetting} needs`;
    case 'EINVAL':
      return words`${ip} cannot be listened on; a link-local address needs its interface, such as fe80::1%eth0`;
    default:
      return words`cannot listen on ${where}: ${cause.message}`;
  }
}
