import { ConnectFailed } from '../../errors/connections';
import { errorCode } from './errorCode';
import { formatEndpoint } from '../../runtime/endpoint';

/** Why a peer could not be reached, in words; `cause` stays the error of the system. */
export function toConnectFailed(cause: Error, ip: string, port: number): ConnectFailed {
  return new ConnectFailed(explain(cause, ip), { peer: formatEndpoint(ip, port), cause });
}

function explain(cause: Error, ip: string): string {
  const code = errorCode(cause);
  switch (code) {
    case 'ECONNREFUSED':
      return 'nothing listens there (ECONNREFUSED); is the peer started, are IP and Port right?';
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
      // Several addresses failed in different ways: Node's summary has no text of its own.
      return cause.message === '' && 'errors' in cause && Array.isArray(cause.errors)
        ? cause.errors.map(String).join('; ')
        : cause.message;
  }
}
