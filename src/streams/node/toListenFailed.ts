import { ListenFailed } from '../../errors/setUp';
import { errorCode } from './errorCode';
import { formatEndpoint } from '../../runtime/endpoint';

/** What a host that could not listen tells its user: what is in the way and what to change. */
export function toListenFailed(cause: Error, ip: string, port: number): ListenFailed {
  return new ListenFailed(explain(cause, ip, port), { cause });
}

function explain(cause: Error, ip: string, port: number): string {
  const where = formatEndpoint(ip, port);
  switch (errorCode(cause)) {
    case 'EADDRINUSE':
      return `another program listens on ${where}; stop it, or set Host.Port to 0 for a free port${
        ip === '::' ? ' (:: takes IPv4 too, a second host on 0.0.0.0 is not needed)' : ''
      }`;
    case 'EADDRNOTAVAIL':
      return `${ip} is not an address of this machine; set Host.IP to one of its addresses, or to 0.0.0.0 for all of them`;
    case 'EACCES':
    case 'EPERM':
      return port > 0 && port < 1024
        ? `no permission to listen on ${where}: ports below 1024 need special rights; set Host.Port to 1024 or above`
        : `no permission to listen on ${where}; set Host.Port to another port`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
    case 'EAI_NODATA':
      return `unknown host name "${ip}" in Host.IP; set it to an IP address or to a name this machine can resolve`;
    case 'EAFNOSUPPORT':
      return `this machine has no ${ip.includes(':') ? 'IPv6' : 'IPv4'}, which ${ip} in Host.IP needs`;
    case 'EINVAL':
      return `${ip} cannot be listened on; a link-local address needs its interface, such as fe80::1%eth0`;
    default:
      return `cannot listen on ${where}: ${cause.message}`;
  }
}
