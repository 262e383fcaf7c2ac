/** Slices of eight bytes at a time; each table shifts the one before by a byte more. */
const tables = createTables();

/** CRC-32C (Castagnoli) of `bytes` from `from` up to `to`, unsigned. */
export function crc32c(bytes: Uint8Array, from: number, to: number): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as unknown as Eight<Int32Array>;
  let crc = ~0;
  let at = from;
  for (; at + 8 <= to; at += 8) {
    const low =
      crc ^
      (byte(bytes, at) |
        (byte(bytes, at + 1) << 8) |
        (byte(bytes, at + 2) << 16) |
        (byte(bytes, at + 3) << 24));
    crc =
      entry(t7, low & 255) ^
      entry(t6, (low >>> 8) & 255) ^
      entry(t5, (low >>> 16) & 255) ^
      entry(t4, low >>> 24) ^
      entry(t3, byte(bytes, at + 4)) ^
      entry(t2, byte(bytes, at + 5)) ^
      entry(t1, byte(bytes, at + 6)) ^
      entry(t0, byte(bytes, at + 7));
  }
  for (; at < to; at += 1) crc = nextCrc32c(crc, byte(bytes, at));
  return ~crc >>> 0;
}

/** One byte more for a running checksum, which begins with ~0 and is inverted at its end. */
export function nextCrc32c(running: number, value: number): number {
  return (running >>> 8) ^ entry(tables[0] as Int32Array, (running ^ value) & 255);
}

/** How LevelDB stores a checksum: rotated by 15 bits, and a constant added. */
export function maskCrc32c(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

type Eight<T> = readonly [T, T, T, T, T, T, T, T];

// No index here is beyond the end.
function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}

function entry(table: Int32Array, index: number): number {
  return table[index] as number;
}

function createTables(): readonly Int32Array[] {
  const first = Int32Array.from({ length: 256 }, (_, index) => {
    let crc = index;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    return crc;
  });
  const tables = [first];
  for (let index = 1; index < 8; index += 1) {
    const before = tables[index - 1] as Int32Array;
    tables.push(before.map((crc) => (crc >>> 8) ^ entry(first, crc & 255)));
  }
  return tables;
}
