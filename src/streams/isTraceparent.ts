/** Version 00 as W3C Trace Context (2021) writes it: trace-id and parent-id in lower-case hexadecimal, not all zero, and flags. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** True for a W3C traceparent. */
export function isTraceparent(text: string): boolean {
  return TRACEPARENT.test(text);
}
