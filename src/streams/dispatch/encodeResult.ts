import { copyBytes } from '../../runtime/bytes';
import { encodeJson } from '../json/encodeJson';
import type { EncodedResult } from '../dedup/DedupStore';

/** A result as it is written: a copy of bytes, which their handler may use again, and JSON text of anything else. Throws Unencodable (ERR_UNENCODABLE). */
export function encodeResult(value: unknown): EncodedResult {
  return value instanceof Uint8Array ? copyBytes(value) : encodeJson(value);
}
