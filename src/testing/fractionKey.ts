const number = new Float64Array(1);
const bits = new Uint32Array(number.buffer);
/** Above ASCII, so that no digit is taken for a mark of the key around it. */
const first = 0x100;

/**
 * A text for a number that is no integer, another one for each; ten times as fast as its decimal digits, which are most of the work where
 * recordings hold measured curves.
 */
export function fractionKey(value: number): string {
  number[0] = value;
  const [low = 0, high = 0] = bits;
  return String.fromCharCode(
    first + (low & 0x7ff),
    first + ((low >>> 11) & 0x7ff),
    first + (low >>> 22),
    first + (high & 0x7ff),
    first + ((high >>> 11) & 0x7ff),
    first + (high >>> 22),
  );
}
