import type { FrameHeader } from './Frame';
import {
  COMPLETE_REPLY_END,
  END_AT,
  ERROR_REPLY_END,
  ID_AT,
  ID_DIGITS,
  LENGTH_AT,
  LENGTH_DIGITS,
  LONG_HEADER,
  MIDDLE_AT,
  NEXT_REPLY_END,
  PYTHON_START,
  REPLY_END,
  REQUEST_END,
  SHORT_HEADER,
  TEMPLATE_MIDDLE,
  TEMPLATE_START,
  UNCONFIRMED_REQUEST_END,
} from './headerTemplates';

/**
 * Reads a header that equals one of our templates, or the one Python's json.dumps writes, byte for byte;
 * undefined for any other, which JSON.parse has to judge. So there are never two opinions about one header
 * (protocol 3).
 *
 * `text` holds one character a byte; the header begins at `at` and all its `length` bytes are there.
 */
export function recogniseHeader(text: string, at: number, length: number): FrameHeader | undefined {
  // Slices are compared because that is several times faster than startsWith at an offset.
  if (length === SHORT_HEADER || length === LONG_HEADER) {
    if (text.slice(at, at + LENGTH_AT) === TEMPLATE_START) return recogniseTemplate(text, at, length);
  }
  const pythonLength = length - PYTHON_START.length - 1;
  if (pythonLength > 0 && pythonLength < 16 && text.slice(at, at + PYTHON_START.length) === PYTHON_START) {
    const end = at + length - 1;
    if (text.charCodeAt(end) !== CLOSING_BRACE) return undefined;
    const contentLength = readDigits(text, end - pythonLength, end);
    return contentLength < 0 ? undefined : header(contentLength, undefined, undefined, undefined, undefined);
  }
  return undefined;
}

function recogniseTemplate(text: string, at: number, length: number): FrameHeader | undefined {
  if (text.slice(at + MIDDLE_AT, at + ID_AT) !== TEMPLATE_MIDDLE) return undefined;
  const contentLength = readPadded(text, at + LENGTH_AT, LENGTH_DIGITS);
  const messageId = readPadded(text, at + ID_AT, ID_DIGITS);
  if (contentLength < 0 || messageId < 0) return undefined;
  const end = text.slice(at + END_AT, at + length);
  switch (end) {
    case REPLY_END:
      return header(contentLength, messageId, undefined, undefined, undefined);
    case REQUEST_END:
      return header(contentLength, messageId, 'keep-alive', undefined, undefined);
    case UNCONFIRMED_REQUEST_END:
      return header(contentLength, messageId, 'keep-alive', 'none', undefined);
    case NEXT_REPLY_END:
      return header(contentLength, messageId, undefined, undefined, 'next');
    case COMPLETE_REPLY_END:
      return header(contentLength, messageId, undefined, undefined, 'complete');
    case ERROR_REPLY_END:
      return header(contentLength, messageId, undefined, undefined, 'error');
    default:
      return undefined;
  }
}

const SPACE = 0x20;
const ZERO = 0x30;
const CLOSING_BRACE = 0x7d;

/**
 * The number in a field filled up with spaces on the left; -1 when JSON wouldn't read it as a non-negative
 * integer.
 */
function readPadded(text: string, from: number, width: number): number {
  const end = from + width;
  let first = from;
  while (first < end && text.charCodeAt(first) === SPACE) first += 1;
  return readDigits(text, first, end);
}

function readDigits(text: string, from: number, end: number): number {
  if (from === end || (text.charCodeAt(from) === ZERO && end - from > 1)) return -1;
  let value = 0;
  for (let at = from; at < end; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/**
 * Written out, in the order of createFrameHeader: a call with an object of keys would cost more than the rest
 * of the recognition.
 */
function header(
  contentLength: number,
  messageId: number | undefined,
  connection: string | undefined,
  ack: string | undefined,
  status: string | undefined,
): FrameHeader {
  return {
    contentType: 'text/json',
    contentEncoding: 'utf-8',
    contentLength,
    native: undefined,
    messageId,
    connection,
    ack,
    status,
    code: undefined,
    action: undefined,
    messageKey: undefined,
    authorization: undefined,
    traceparent: undefined,
    cancel: undefined,
    ping: undefined,
    pong: undefined,
    goaway: undefined,
  };
}
