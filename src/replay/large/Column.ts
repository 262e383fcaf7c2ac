const CHUNK_LENGTH = 4096;

/**
 * A list of numbers that grows and lies outside JavaScript's heap: 1, 4 or 8 bytes each, so that millions of
 * them stay small.
 */
export class Column {
  readonly #kind: Uint8ArrayConstructor | Int32ArrayConstructor | Float64ArrayConstructor;
  #chunks: (Uint8Array | Int32Array | Float64Array)[] = [];
  #length = 0;

  constructor(kind: Uint8ArrayConstructor | Int32ArrayConstructor | Float64ArrayConstructor) {
    this.#kind = kind;
  }

  get length(): number {
    return this.#length;
  }

  /** Gives back its position. */
  push(value: number): number {
    if (this.#length === this.#chunks.length * CHUNK_LENGTH) this.#chunks.push(new this.#kind(CHUNK_LENGTH));
    this.#length += 1;
    this.set(this.#length - 1, value);
    return this.#length - 1;
  }

  /** 0 where nothing is. */
  get(position: number): number {
    return this.#chunks[Math.floor(position / CHUNK_LENGTH)]?.[position % CHUNK_LENGTH] ?? 0;
  }

  set(position: number, value: number): void {
    const chunk = this.#chunks[Math.floor(position / CHUNK_LENGTH)];
    if (chunk !== undefined) chunk[position % CHUNK_LENGTH] = value;
  }

  clear(): void {
    this.#chunks = [];
    this.#length = 0;
  }
}
