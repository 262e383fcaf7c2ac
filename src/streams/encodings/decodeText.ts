import { isAscii, isUtf8 } from 'node:buffer';
import { BadContent } from '../../errors/connections';
import { decodeMultiByte } from './decodeMultiByte';
import { requireTextCodec } from './pythonCodecName';
import { singleByteTables } from './singleByteTables';
import { asBuffer } from '../../runtime/bytes';

/**
 * The text that the bytes of a text/json content stand for, read strictly by its content-encoding: any name
 * of a text codec that Python knows, in any spelling Python accepts (protocol 1.1). Bytes without a meaning
 * are refused, never replaced by U+FFFD.
 *
 * `peer` is named in the error. Throws UnknownEncoding (ERR_UNKNOWN_ENCODING) and BadContent
 * (ERR_BAD_CONTENT).
 *
 * @example decodeText(Uint8Array.of(0xe9), 'latin-1', peer) // 'é'
 */
export function decodeText(bytes: Uint8Array, encoding: string, peer: string): string {
  const buffer = asBuffer(bytes);
  const codec = encoding === 'utf-8' ? 'utf_8' : requireTextCodec(encoding, peer);
  const text = decode(buffer, codec, peer);
  if (typeof text === 'string') return text;
  throw new BadContent(`the content is not valid ${encoding}${placeOf(buffer, text)}`, { peer });
}

/** Index of the first undecodable byte, or undefined when it isn't known. */
type Undecodable = number | undefined;

function decode(bytes: Buffer, codec: string, peer: string): string | Undecodable {
  switch (codec) {
    case 'utf_8':
      return decodeUtf8(bytes);
    case 'utf_8_sig':
      return decodeUtf8(
        bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes,
      );
    case 'utf_16':
      return decodeUtf16(bytes, undefined);
    case 'utf_16_le':
      return decodeUtf16(bytes, 'little');
    case 'utf_16_be':
      return decodeUtf16(bytes, 'big');
    case 'utf_32':
      return decodeUtf32(bytes, undefined);
    case 'utf_32_le':
      return decodeUtf32(bytes, 'little');
    case 'utf_32_be':
      return decodeUtf32(bytes, 'big');
    case 'ascii':
      return isAscii(bytes) ? bytes.toString('latin1') : bytes.findIndex((byte) => byte > 0x7f);
    case 'latin_1':
      return bytes.toString('latin1');
    default: {
      const table = singleByteTables[codec];
      return table === undefined ? decodeMultiByte(bytes, codec, peer) : decodeSingleByte(bytes, table);
    }
  }
}

function decodeUtf8(bytes: Buffer): string | Undecodable {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  // Written back, the text differs from the bytes for the first time where a byte was replaced.
  const again = Buffer.from(bytes.toString('utf8'));
  return bytes.findIndex((byte, index) => byte !== again[index]);
}

/**
 * A byte order mark decides and is dropped only when the name leaves the order open; without one it is
 * little-endian.
 */
function decodeUtf16(bytes: Buffer, order: 'little' | 'big' | undefined): string | Undecodable {
  if (order === undefined) {
    if (bytes[0] === 0xff && bytes[1] === 0xfe) return decodeUtf16(bytes.subarray(2), 'little');
    if (bytes[0] === 0xfe && bytes[1] === 0xff) return decodeUtf16(bytes.subarray(2), 'big');
  }
  if (bytes.length % 2 !== 0) return bytes.length - 1;
  const little = order === 'big' ? Buffer.from(bytes).swap16() : bytes;
  const text = little.toString('utf16le');
  return LONE_SURROGATE.test(text) ? undefined : text;
}

const LONE_SURROGATE = /\p{Surrogate}/u;

function decodeUtf32(bytes: Buffer, order: 'little' | 'big' | undefined): string | Undecodable {
  if (bytes.length % 4 !== 0) return bytes.length - (bytes.length % 4);
  let from = 0;
  let bigEndian = order === 'big';
  if (order === undefined && bytes.length > 0) {
    const mark = bytes.readUInt32BE(0);
    bigEndian = mark === 0x0000feff;
    if (bigEndian || mark === 0xfffe0000) from = 4;
  }
  let text = '';
  for (let at = from; at < bytes.length; at += 4) {
    const point = bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return at;
    text += String.fromCodePoint(point);
  }
  return text;
}

function decodeSingleByte(bytes: Buffer, table: string): string | Undecodable {
  if (isAscii(bytes)) return bytes.toString('latin1');
  const tableStart = 256 - table.length;
  let text = '';
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    const character = byte < tableStart ? String.fromCharCode(byte) : table.charAt(byte - tableStart);
    if (character === '\ufffd') return at;
    text += character;
  }
  return text;
}

function placeOf(bytes: Buffer, index: Undecodable): string {
  if (index === undefined) return '';
  return `: byte 0x${(bytes[index] ?? 0).toString(16).padStart(2, '0')} at ${index}`;
}
