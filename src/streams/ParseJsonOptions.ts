/** How content is read. */
export interface ParseJsonOptions {
  /** Integers beyond ±(2^53-1) become bigint instead of the nearest number (configuration `Bigint`). */
  readonly bigint: boolean;
  /** Deepest nesting of arrays and objects accepted (`Limits.Max_nesting`). */
  readonly maxNesting: number;
  /** The other side, named in errors. */
  readonly peer: string;
}
