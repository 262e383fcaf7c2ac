/** What `readRecording` reads: a file name (its further parts follow by themselves), or the bytes or text of a recording in pieces. */
export type RecordingSource = string | Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>;
