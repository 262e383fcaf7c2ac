/** One text for each number, whether it comes as number or as bigint: 2^53 and 9007199254740992n alike; -0 is 0. */
export function canonicalNumber(value: number | bigint): string {
  // Beyond 2^53 a number's own text is rounded.
  const large = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
  return large ? BigInt(value).toString() : String(value);
}
