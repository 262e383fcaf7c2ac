import type { Frame, FrameHeader } from '../../../src/streams/wire/Frame';
import { FrameParser } from '../../../src/streams/wire/FrameParser';

/** The frames that a parser makes of these chunks and the end of the stream. */
export function framesOf(chunks: Iterable<Uint8Array>, maxContentBytes = 1 << 20): Frame[] {
  const frames: Frame[] = [];
  const parser = new FrameParser({ maxContentBytes, peer: 'peer', onFrame: (frame) => frames.push(frame) });
  for (const chunk of chunks) parser.push(chunk);
  parser.finish();
  return frames;
}

/** A frame with any header text and content. */
export function frameBytes(header: string, content: string | Uint8Array = ''): Buffer {
  const headerBytes = Buffer.from(header);
  const prefix = Buffer.alloc(2);
  prefix.writeUInt16BE(headerBytes.length);
  return Buffer.concat([prefix, headerBytes, Buffer.from(content)]);
}

/** A header as Python writes it, with any further or other keys. */
export function headerText(keys: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    byteorder: 'little',
    'content-type': 'text/json',
    'content-encoding': 'utf-8',
    'content-length': 0,
    ...keys,
  });
}

/** A whole header, its absent keys undefined. */
export function headerOf(keys: Partial<FrameHeader>): FrameHeader {
  return {
    contentType: 'text/json',
    contentEncoding: 'utf-8',
    contentLength: 0,
    native: undefined,
    messageId: undefined,
    connection: undefined,
    ack: undefined,
    status: undefined,
    code: undefined,
    action: undefined,
    messageKey: undefined,
    authorization: undefined,
    traceparent: undefined,
    cancel: undefined,
    ping: undefined,
    pong: undefined,
    goaway: undefined,
    ...keys,
  };
}

/** The bytes in two chunks, once for each place to cut. */
export function* splitsInTwo(bytes: Uint8Array): Generator<Uint8Array[]> {
  for (let at = 0; at <= bytes.length; at += 1) yield [bytes.slice(0, at), bytes.slice(at)];
}

/** The bytes one by one. */
export function singly(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte));
}
