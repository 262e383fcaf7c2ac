import { ProtocolViolation } from '../errors/connections';
import type { FrameHeader } from './FrameHeader';
import { isMessageKey } from './isMessageKey';

/** Throws ProtocolViolation when an optional key of a request on a native connection is of the wrong type or range (protocol 2). */
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
