import { createHash, timingSafeEqual } from 'node:crypto';

const BEARER = /^bearer +(\S+)$/i;

/**
 * Makes the check of the header key `authorization` (protocol 2) against the `Token` of a host. It takes the same time whatever the peer
 * sent: digests of equal length are compared, not the texts.
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
