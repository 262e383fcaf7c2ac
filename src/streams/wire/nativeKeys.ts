import { ProtocolViolation } from '../../errors/connections';
import type { FrameHeader } from './Frame';

/** A message-key: 1 to 64 of [A-Za-z0-9_-] (protocol 2). */
export function isMessageKey(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(value);
}

/**
 * Throws ProtocolViolation when an optional key of a request on a native connection is of the wrong type or
 * range (protocol 2).
 */
export function checkRequestKeys(header: FrameHeader, peer: string): void {
  const { action, connection, messageKey, traceparent } = header;
  if (messageKey !== undefined && !isMessageKey(messageKey)) {
    throw new ProtocolViolation('message-key must be 1 to 64 of A-Z a-z 0-9 _ -; protocol 2', { peer });
  }
  requireString('traceparent', traceparent, peer);
  requireString('connection', connection, peer);
  requireString('action', action, peer);
}

function requireString(key: string, value: unknown, peer: string): void {
  if (value === undefined || typeof value === 'string') return;
  throw new ProtocolViolation(`${key} must be a string; protocol 2`, { peer });
}

/** A message-id or protocol version: an integer from 1 to 2^53-1 (protocol 2). */
export function isMessageId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}

/**
 * Version 00 as W3C Trace Context (2021) writes it: trace-id and parent-id in lower-case hexadecimal, not all
 * zero, and flags.
 */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** True for a W3C traceparent. */
export function isTraceparent(text: string): boolean {
  return TRACEPARENT.test(text);
}
