/**
 * Reads the numbers and lengths of LevelDB's files, little-endian. Every read throws `RangeError` at the end
 * of the bytes.
 */
export class ByteReader {
  #at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Bytes left. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** A number in groups of seven bits; those above 2^53 are none of ours. */
  varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
      const group = this.byte();
      value += (group & 127) * scale;
      if (group < 128) return value;
    }
    throw new RangeError('a number is too large');
  }

  byte(): number {
    return this.take(1)[0] as number;
  }

  take(length: number): Buffer {
    if (length > this.left) throw new RangeError('the bytes end too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** Bytes behind their own length. */
  text(): Buffer {
    return this.take(this.varint());
  }
}
