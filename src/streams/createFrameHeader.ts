import type { FrameHeader } from './FrameHeader';

/** The optional keys of a header, by their names on the wire. */
type HeaderKeys = Readonly<Record<string, unknown>>;

const noKeys: HeaderKeys = {};

/** A header from its three checked fields and whatever else it held; every header gets the same shape. */
export function createFrameHeader(
  contentType: string,
  contentEncoding: string,
  contentLength: number,
  keys: HeaderKeys = noKeys,
): FrameHeader {
  return {
    contentType,
    contentEncoding,
    contentLength,
    native: keys['native'],
    messageId: keys['message-id'],
    connection: keys['connection'],
    ack: keys['ack'],
    status: keys['status'],
    code: keys['code'],
    action: keys['action'],
    messageKey: keys['message-key'],
    authorization: keys['authorization'],
    traceparent: keys['traceparent'],
    cancel: keys['cancel'],
    ping: keys['ping'],
    pong: keys['pong'],
    goaway: keys['goaway'],
  };
}
