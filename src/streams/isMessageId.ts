/** A message-id or protocol version: an integer from 1 to 2^53-1 (protocol 2). */
export function isMessageId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}
