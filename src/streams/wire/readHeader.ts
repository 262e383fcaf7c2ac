import { isUtf8 } from 'node:buffer';
import type { FrameHeader } from './Frame';
import { BadHeader } from '../../errors/connections';
import { excerptOf, holdsToken } from '../../runtime/bytes';

/** The optional keys of a header, by their names on the wire. */
type HeaderKeys = Readonly<Record<string, unknown>>;

const noKeys: HeaderKeys = {};

/** A header from its three checked fields and whatever else it held; every header gets the same shape. */
function createFrameHeader(
  contentType: string,
  contentEncoding: string,
  contentLength: number,
  keys: HeaderKeys = noKeys,
): FrameHeader {
  return {
    contentType,
    contentEncoding,
    contentLength,
    native: keys['native'],
    messageId: keys['message-id'],
    connection: keys['connection'],
    ack: keys['ack'],
    status: keys['status'],
    code: keys['code'],
    action: keys['action'],
    messageKey: keys['message-key'],
    authorization: keys['authorization'],
    traceparent: keys['traceparent'],
    cancel: keys['cancel'],
    ping: keys['ping'],
    pong: keys['pong'],
    goaway: keys['goaway'],
  };
}

/**
 * Reads any legal header (protocol 1.1): a JSON object in UTF-8 with the four required keys. Of the values
 * only content-length has to make sense here; byteorder is informational. Keys of nobody's are ignored.
 *
 * Throws BadHeader (ERR_BAD_HEADER).
 */
export function readHeader(bytes: Buffer, peer: string): FrameHeader {
  if (!isUtf8(bytes)) throw new BadHeader('the header is not valid UTF-8', { peer });
  const text = bytes.toString('utf8');
  const keys = parseKeys(text, peer);
  for (const key of requiredKeys) {
    if (!Object.hasOwn(keys, key)) {
      throw new BadHeader(`the header has no "${key}": ${shownHeader(text)}`, { peer });
    }
  }
  requireString(keys, 'byteorder', peer);
  const contentType = requireString(keys, 'content-type', peer);
  const contentEncoding = requireString(keys, 'content-encoding', peer);
  return createFrameHeader(contentType, contentEncoding, requireLength(keys, peer), keys);
}

const requiredKeys = ['byteorder', 'content-type', 'content-encoding', 'content-length'];

type Keys = Readonly<Record<string, unknown>>;

function parseKeys(text: string, peer: string): Keys {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    // V8 quotes the text in its message.
    const options = holdsToken(text) ? { peer } : { peer, cause };
    throw new BadHeader(`the header is no JSON object: ${shownHeader(text)}`, options);
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Keys;
  throw new BadHeader(`the header is no JSON object: ${shownHeader(text)}`, { peer });
}

function shownHeader(text: string): string {
  return holdsToken(text) ? '(not shown, for it holds an authorization)' : excerptOf(text, 0);
}

function requireString(keys: Keys, key: string, peer: string): string {
  const value = keys[key];
  if (typeof value === 'string') return value;
  throw new BadHeader(`"${key}" in the header must be a string, not ${shown(value)}`, { peer });
}

function requireLength(keys: Keys, peer: string): number {
  const value = keys['content-length'];
  // The sum makes 0 of -0.
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value + 0;
  throw new BadHeader(`"content-length" in the header must be an integer >= 0, not ${shown(value)}`, {
    peer,
  });
}

function shown(value: unknown): string {
  return excerptOf(JSON.stringify(value) ?? 'undefined', 0);
}

/**
 * Judges the first bytes of a header that isn't complete yet: an object, perhaps after white space (protocol
 * 1.1). A peer that speaks something else is thus told at its third byte and not after the frame timeout,
 * with a guess at what it is.
 *
 * True once the `{` was seen; false while there was only white space. Throws BadHeader (ERR_BAD_HEADER), also
 * for a `headerLength` below 2.
 */
export function checkHeaderStart(headerLength: number, header: Buffer, peer: string): boolean {
  if (headerLength < 2) refuse(headerLength, header, `a header of ${headerLength} bytes`, peer);
  for (const byte of header) {
    if (byte === OPENING_BRACE) return true;
    if (!jsonSpace.has(byte)) {
      const found = `byte 0x${byte.toString(16).padStart(2, '0')} where a header begins with "{"`;
      refuse(headerLength, header, found, peer);
    }
  }
  return false;
}

const OPENING_BRACE = 0x7b;
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
