import { createHash, timingSafeEqual } from 'node:crypto';
import { Unauthorized } from '../../errors/connections';
import type { HostContext } from './HostContext';
import type { Link } from '../transport/Link';

const BEARER = /^bearer +(\S+)$/i;

/**
 * Makes the check of the header key `authorization` (protocol 2) against the `Token` of a host. It takes the
 * same time whatever the peer sent: digests of equal length are compared, not the texts.
 *
 * @example
 * createTokenCheck('s3cret')('Bearer s3cret'); // true
 */
export function createTokenCheck(token: string): (authorization: unknown) => boolean {
  const expected = digest(token);
  return (authorization) => {
    const given = typeof authorization === 'string' ? BEARER.exec(authorization)?.[1] : undefined;
    // Also without a token the comparison is made.
    return timingSafeEqual(digest(given ?? ''), expected) && given !== undefined;
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/**
 * Throws Unauthorized when the host has a Token and the peer did not send it in `authorization`; a one-shot
 * peer may be excused by `Allow`.
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
