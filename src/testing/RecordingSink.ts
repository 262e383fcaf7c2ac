/** Where the bytes of one recording file go. Each call is awaited before the next. */
export interface RecordingSink {
  /** Takes the bytes, or rejects; after a rejection the same bytes are handed in again, and nothing of them may stand twice. */
  write(bytes: Uint8Array): Promise<void>;
  /** Makes what was written survive a power cut, then closes. */
  close(): Promise<void>;
}
