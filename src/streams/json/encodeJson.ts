import { writeJson } from './writeJson';

/**
 * A value as JSON text that Python reads back as the same value (protocol 1.2). As JSON.stringify, except
 * that nothing is silently changed: NaN and the infinities are written bare, bigint with all its digits, -0
 * as -0.0. `undefined` is omitted in an object and null elsewhere; Date and anything else with toJSON write
 * what that returns.
 *
 * Throws Unencodable (ERR_UNENCODABLE) with path and remedy for what JSON would write as something else
 * without a word: Error, Map, Set, function, symbol, promise, an invalid Date, bytes inside a value, and an
 * instance that has nothing but private fields, getters or methods, such as RegExp or URLSearchParams. Also
 * for cycles and nesting deeper than 1000.
 *
 * @example encodeJson({ volts: NaN, count: 2n ** 64n }) // '{"volts":NaN,"count":18446744073709551616}'
 */
export function encodeJson(value: unknown): string {
  return isPlain(value, 0) ? (JSON.stringify(value) ?? 'null') : writeJson(value);
}

// Deeper values, cyclic ones among them, go to the careful writer.
const MAX_PLAIN_DEPTH = 64;

/** JSON.stringify writes the value as it should be written. */
function isPlain(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return true;
    case 'number':
      // The difference is NaN for what isn't finite.
      return value - value === 0 && (value !== 0 || 1 / value > 0);
    case 'object':
      if (value === null) return true;
      if (depth === MAX_PLAIN_DEPTH) return false;
      return Array.isArray(value) ? isPlainArray(value, depth + 1) : isPlainObject(value, depth + 1);
    case 'bigint':
    case 'function':
    case 'symbol':
      return false;
  }
}

function isPlainArray(values: readonly unknown[], depth: number): boolean {
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    // Most long arrays are of numbers or strings; this saves them a call for each.
    if (typeof value === 'number' && value - value === 0 && value !== 0) continue;
    if (!isPlain(value, depth)) return false;
  }
  return Object.getPrototypeOf(values) === Array.prototype;
}

function isPlainObject(value: object, depth: number): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  // An own toJSON is seen here as a function.
  for (const key in value) {
    if (!isPlain((value as Readonly<Record<string, unknown>>)[key], depth)) return false;
  }
  return true;
}
