import type { FrameHeader } from './FrameHeader';

/** One whole frame. Exactly one of `text` and `bytes` is set: `text` when content-type is text/json, decoded strictly by its encoding. */
export interface Frame {
  readonly header: FrameHeader;
  /** The content of a text/json frame, not yet parsed. */
  readonly text: string | undefined;
  /** The content of any other frame; owned by the receiver. */
  readonly bytes: Uint8Array | undefined;
  /** Size on the wire, prefix and header included. */
  readonly wireBytes: number;
}
