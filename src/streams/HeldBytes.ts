/**
 * Bytes of a field that is split over chunks: added piece by piece, joined once. Large pieces are kept as they are; small ones are copied
 * together, so that a peer sending single bytes costs no object for each.
 */
export class HeldBytes {
  #pieces: Uint8Array[] = [];
  // The block that small pieces are copied into; the first #filled bytes are in use.
  #block: Uint8Array | undefined;
  #filled = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(piece: Uint8Array): void {
    this.#length += piece.length;
    if (piece.length >= blockBytes) {
      this.#closeBlock();
      this.#pieces.push(piece);
      return;
    }
    if (this.#block !== undefined && this.#filled + piece.length > blockBytes) this.#closeBlock();
    this.#block ??= new Uint8Array(blockBytes);
    this.#block.set(piece, this.#filled);
    this.#filled += piece.length;
  }

  /** All bytes in one newly made array; nothing is held afterwards. */
  take(): Buffer {
    this.#closeBlock();
    const joined = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      joined.set(piece, at);
      at += piece.length;
    }
    this.clear();
    return Buffer.from(joined.buffer);
  }

  clear(): void {
    this.#pieces = [];
    this.#block = undefined;
    this.#filled = 0;
    this.#length = 0;
  }

  #closeBlock(): void {
    if (this.#block === undefined) return;
    this.#pieces.push(this.#block.subarray(0, this.#filled));
    this.#block = undefined;
    this.#filled = 0;
  }
}

const blockBytes = 4096;
