import { isUtf8 } from 'node:buffer';
import { BadHeader } from '../errors/connections';
import type { FrameHeader } from './FrameHeader';
import { createFrameHeader } from './createFrameHeader';
import { excerptOf, holdsToken } from '../runtime/bytes';

/**
 * Reads any legal header (protocol 1.1): a JSON object in UTF-8 with the four required keys. Of the values only content-length has to
 * make sense here; byteorder is informational. Keys of nobody's are ignored.
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
