import { crc32 } from 'node:zlib';

/*
 * Each value is kept behind a checksum of its own, which covers its key too:
 *
 *   CRC-32 of the value, begun with a hash of the key: uint32, little-endian | value
 *
 * LevelDB checks its blocks only where it is asked to, classic-level never asks, and when it merges tables it
 * puts new checksums on whatever it has read.
 */
const CHECKSUM = 4;

/** A value as it is kept. */
export function sealValue(key: string, value: Uint8Array): Buffer {
  const sealed = Buffer.allocUnsafe(CHECKSUM + value.byteLength);
  sealed.writeUInt32LE(crc32(value, hashOf(key)), 0);
  sealed.set(value, CHECKSUM);
  return sealed;
}

/** The value that was sealed under that key; undefined: it is damaged, or was sealed under another one. */
export function unsealValue(key: string, sealed: Uint8Array): Buffer | undefined {
  if (sealed.byteLength < CHECKSUM) return undefined;
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  const value = bytes.subarray(CHECKSUM);
  return bytes.readUInt32LE(0) === crc32(value, hashOf(key)) ? value : undefined;
}

/** FNV-1a: keys are short, so that this is cheaper than a second checksum. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
