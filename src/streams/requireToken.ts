import { Unauthorized } from '../errors/connections';
import type { HostContext } from './HostContext';
import type { Link } from './transport/Link';

/**
 * Throws Unauthorized when the host has a Token and the peer did not send it in `authorization`; a one-shot peer may be excused by `Allow`.
 */
export function requireToken(
  { isAuthorized, allow }: HostContext,
  { peer, peerIp }: Link,
  authorization: unknown,
  oneShot: boolean,
): void {
  if (isAuthorized === undefined || isAuthorized(authorization)) return;
  if (oneShot && allow?.find(peerIp)?.legacy === true) return;
  const text =
    authorization !== undefined
      ? 'the token is not the one of this host (Token)'
      : oneShot
        ? 'this host wants a Token, which a legacy peer cannot send; its network can be let in by Allow: {Cidr, Legacy: true}'
        : 'this host wants a Token and none was sent';
  throw new Unauthorized(text, { peer });
}
