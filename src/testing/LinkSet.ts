/** One block: the bits of 32,768 links. */
const blockWords = 1024;
const blockBits = blockWords * 32;

/** A set of link numbers, a bit each where they follow one another. */
export class LinkSet {
  readonly #blocks = new Map<number, Uint32Array>();

  add(link: number): void {
    const number = Math.floor(link / blockBits);
    let block = this.#blocks.get(number);
    if (block === undefined) {
      block = new Uint32Array(blockWords);
      this.#blocks.set(number, block);
    }
    const bit = link % blockBits;
    block[bit >> 5] = (block[bit >> 5] ?? 0) | (1 << (bit & 31));
  }

  has(link: number): boolean {
    const bit = link % blockBits;
    const word = this.#blocks.get(Math.floor(link / blockBits))?.[bit >> 5] ?? 0;
    return (word & (1 << (bit & 31))) !== 0;
  }
}
