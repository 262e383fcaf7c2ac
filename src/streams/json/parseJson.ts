import { limitName } from '../../runtime/limitNames';
import { NestingTooDeep } from '../../errors/connections';
import { type ParseJsonOptions, endOfString, readJson } from './readJson';

/**
 * The value that JSON text stands for. As JSON.parse, and also what Python writes beyond it: bare NaN,
 * Infinity and -Infinity (protocol 1.2). Of a duplicate key the last counts; `__proto__` is a key like any
 * other.
 *
 * Throws BadContent (ERR_BAD_CONTENT) with position and excerpt, and NestingTooDeep (ERR_NESTING_TOO_DEEP).
 *
 * @example parseJson('{"volts":NaN}', { bigint: false, maxNesting: 128, peer }) // { volts: NaN }
 */
export function parseJson(text: string, options: ParseJsonOptions): unknown {
  checkNesting(text, options);
  if (options.bigint && LONG_INTEGER.test(text)) return readJson(text, options);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // NaN and its like, or an error that is told better there.
    return readJson(text, options);
  }
}

// 2^53 has 16 digits.
const LONG_INTEGER = /\d{16}/;

function checkNesting(text: string, options: ParseJsonOptions): void {
  const { maxNesting } = options;
  // A level takes two characters, its opener and its closer.
  if (text.length <= 2 * maxNesting || !hasMoreOpeners(text, maxNesting)) return;
  if (deepestNesting(text, maxNesting) <= maxNesting) return;
  throw new NestingTooDeep(
    `the content is nested deeper than ${maxNesting}, which ${limitName('maxNesting')} allows`,
    options,
  );
}

function hasMoreOpeners(text: string, limit: number): boolean {
  let count = 0;
  for (const opener of '[{') {
    for (let at = text.indexOf(opener); at !== -1; at = text.indexOf(opener, at + 1)) {
      count += 1;
      if (count > limit) return true;
    }
  }
  return false;
}

/** Depth of the text, or the first found above the limit; brackets inside strings don't count. */
function deepestNesting(text: string, limit: number): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length && deepest <= limit; at += 1) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        at = endOfString(text, at);
        break;
      case 0x5b: // [
      case 0x7b: // {
        depth += 1;
        deepest = Math.max(deepest, depth);
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth -= 1;
        break;
      default:
    }
  }
  return deepest;
}
