/**
 * A header as it was read (protocol 1.1 and 2). The first three are checked by the parser. The native keys
 * are as they came: they have meaning only in a native header or on a connection where hello was exchanged,
 * and are judged there. One shape for every frame; an absent key is undefined.
 */
export interface FrameHeader {
  readonly contentType: string;
  readonly contentEncoding: string;
  readonly contentLength: number;
  readonly native: unknown;
  readonly messageId: unknown;
  readonly connection: unknown;
  readonly ack: unknown;
  readonly status: unknown;
  readonly code: unknown;
  readonly action: unknown;
  readonly messageKey: unknown;
  readonly authorization: unknown;
  readonly traceparent: unknown;
  readonly cancel: unknown;
  readonly ping: unknown;
  readonly pong: unknown;
  readonly goaway: unknown;
}

/**
 * One whole frame. Exactly one of `text` and `bytes` is set: `text` when content-type is text/json, decoded
 * strictly by its encoding.
 */
export interface Frame {
  readonly header: FrameHeader;
  /** The content of a text/json frame, not yet parsed. */
  readonly text: string | undefined;
  /** The content of any other frame; owned by the receiver. */
  readonly bytes: Uint8Array | undefined;
  /** Size on the wire, prefix and header included. */
  readonly wireBytes: number;
}
