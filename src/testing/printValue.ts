import { encodeJson } from '../streams/json/encodeJson';

/**
 * A value in one line for people, cut to `limit` characters.
 *
 * @example printValue(new Uint8Array([1, 255])) // '<2 bytes 01ff>'
 */
export function printValue(value: unknown, limit = 120): string {
  const text = textOf(value);
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}

function textOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value instanceof Uint8Array) {
    const shown = Buffer.from(value.subarray(0, 32)).toString('hex');
    return `<${value.length} bytes ${shown}${value.length > 32 ? '…' : ''}>`;
  }
  try {
    return encodeJson(value);
  } catch {
    // A normaliser may have made anything of it.
    return Object.prototype.toString.call(value);
  }
}
