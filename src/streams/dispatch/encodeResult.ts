import { copyBytes, isBytes } from '../../runtime/bytes';
import { encodeJson } from '../json/encodeJson';

/** One result, encoded: its JSON text, or raw bytes. */
export type EncodedResult = string | Uint8Array;

/**
 * A result as it is written: a copy of bytes, which their handler may use again, and JSON text of anything
 * else. Throws Unencodable (ERR_UNENCODABLE).
 */
export function encodeResult(value: unknown): EncodedResult {
  return isBytes(value) ? copyBytes(value) : encodeJson(value);
}
