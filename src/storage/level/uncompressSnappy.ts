import { ByteReader } from './ByteReader';

/** What a block says of its length beyond this is not believed. */
const MOST = 256 * 1024 * 1024;

/**
 * Undoes Snappy (its raw format), by which LevelDB compresses blocks. Throws RangeError when the bytes are
 * none.
 */
export function uncompressSnappy(bytes: Buffer): Buffer {
  const reader = new ByteReader(bytes);
  const length = reader.varint();
  if (length > MOST) throw new RangeError('a block is too large');
  const output = Buffer.alloc(length);
  let at = 0;
  while (reader.left > 0) {
    const tag = reader.byte();
    const kind = tag & 3;
    if (kind === 0) {
      const literal = reader.take(literalLength(reader, tag >>> 2));
      if (at + literal.length > length) throw new RangeError('a block is longer than it says');
      at += literal.copy(output, at);
      continue;
    }
    const size = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    const distance =
      kind === 1
        ? ((tag >>> 5) << 8) + reader.byte()
        : reader.take(kind === 2 ? 2 : 4).readUIntLE(0, kind === 2 ? 2 : 4);
    if (distance === 0 || distance > at || at + size > length)
      throw new RangeError('a block repeats what is not there');
    // What is repeated may reach into itself, so byte by byte.
    for (const end = at + size; at < end; at += 1) output[at] = output[at - distance] as number;
  }
  if (at !== length) throw new RangeError('a block is shorter than it says');
  return output;
}

/** Up to 60 it stands in the tag; above, in one to four bytes behind it. */
function literalLength(reader: ByteReader, coded: number): number {
  if (coded < 60) return coded + 1;
  const size = coded - 59;
  return reader.take(size).readUIntLE(0, size) + 1;
}
