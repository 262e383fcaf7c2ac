import { BadHeader } from '../errors/connections';
import { excerptOf, holdsToken } from '../runtime/bytes';

/**
 * Judges the first bytes of a header that isn't complete yet: an object, perhaps after white space (protocol 1.1). A peer that speaks
 * something else is thus told at its third byte and not after the frame timeout, with a guess at what it is.
 *
 * True once the `{` was seen; false while there was only white space. Throws BadHeader (ERR_BAD_HEADER), also for a `headerLength` below 2.
 */
export function checkHeaderStart(headerLength: number, header: Buffer, peer: string): boolean {
  if (headerLength < 2) refuse(headerLength, header, `a header of ${headerLength} bytes`, peer);
  for (const byte of header) {
    if (byte === openingBrace) return true;
    if (!jsonSpace.has(byte)) {
      const found = `byte 0x${byte.toString(16).padStart(2, '0')} where a header begins with "{"`;
      refuse(headerLength, header, found, peer);
    }
  }
  return false;
}

const openingBrace = 0x7b;
const jsonSpace: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

function refuse(headerLength: number, header: Buffer, found: string, peer: string): never {
  const begin =
    String.fromCharCode(headerLength >> 8, headerLength & 0xff) + header.toString('latin1', 0, 22);
  const shown = holdsToken(begin) ? '' : ` (it begins ${excerptOf(begin, 0)})`;
  throw new BadHeader(`no COMET frame: ${found}; ${guess(begin)}${shown}`, { peer });
}

function guess(begin: string): string {
  if (begin.startsWith('\x16\x03')) return 'the peer seems to speak TLS to a plain port';
  if (/^(?:GE|PO|PU|HE|DE|OP|PA|CO|HT|PRI)[A-Z]?/.test(begin)) return 'the peer seems to speak HTTP';
  if (begin.startsWith('SS')) return 'the peer seems to speak SSH';
  if (/^\s*[{["]/.test(begin)) return 'the peer seems to send JSON without a length and a header';
  if (begin.startsWith('\0\0')) return 'the peer seems to send a length of four or more bytes';
  if (/^[\x20-\x7e\t\r\n]+$/.test(begin)) return 'the peer seems to send plain text';
  return 'the peer speaks another protocol';
}
