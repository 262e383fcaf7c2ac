import { encodeJson } from '../json/encodeJson';
import type { EncodedResult } from '../dedup/DedupStore';

/** A result as it is written: bytes as they are, anything else as JSON text. Throws Unencodable (ERR_UNENCODABLE). */
export function encodeResult(value: unknown): EncodedResult {
  return value instanceof Uint8Array ? value : encodeJson(value);
}
