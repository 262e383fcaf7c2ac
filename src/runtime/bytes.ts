import { types } from 'node:util';

/**
 * Whether a value is bytes, also when another realm made it (node:vm, a test environment), where `instanceof`
 * fails.
 */
export function isBytes(value: unknown): value is Uint8Array {
  return types.isUint8Array(value);
}

/** The same bytes with the methods of Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The same bytes in memory of their own, for what goes on after its owner may have used them again. */
export function copyBytes(bytes: Uint8Array): Uint8Array {
  return Buffer.from(bytes);
}

/** Whether bytes of a header may hold a token (protocol 2), which never enters an error. */
export function holdsToken(text: string): boolean {
  return /authorization|bearer/i.test(text);
}

/** A short piece of a text around an index, as a string literal, for a message. */
export function excerptOf(text: string, index: number): string {
  const from = Math.max(0, index - 20);
  const to = Math.min(text.length, index + 40);
  return `${from > 0 ? '…' : ''}${JSON.stringify(text.slice(from, to))}${to < text.length ? '…' : ''}`;
}
