/** A message-key: 1 to 64 of [A-Za-z0-9_-] (protocol 2). */
export function isMessageKey(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(value);
}
