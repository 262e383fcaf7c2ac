/**
 * A header as it was read (protocol 1.1 and 2). The first three are checked by the parser. The native keys are as they came: they have
 * meaning only in a native header or on a connection where hello was exchanged, and are judged there. One shape for every frame; an
 * absent key is undefined.
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
