/** One result, encoded: its JSON text, or raw bytes. */
export type EncodedResult = string | Uint8Array;

/** The successful answer of a message, for its repeats. */
export interface KeptAnswer {
  /** True: results of a stream, in their order. False: the one result. */
  readonly streamed: boolean;
  readonly results: readonly EncodedResult[];
}
