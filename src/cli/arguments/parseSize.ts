import { UsageError } from './Command';

/** Smaller files would be one for every few messages. */
const LEAST = 64 * 1024;
const SIZE = /^(\d+(?:\.\d+)?)(b|kb|mb|gb|kib|mib|gib)?$/i;
const units: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
};

/**
 * The size of a file in bytes: a number of bytes, or one with a unit, kB, MB, GB (thousands) or KiB, MiB, GiB
 * (1024s), capitals or not. Throws UsageError for anything else and for less than 64KiB.
 *
 * @param option what the message calls it, such as --rotate
 * @example parseSize('--rotate', '64MiB') // 67108864
 */
export function parseSize(option: string, text: string): number {
  const [, number = '', unit = 'b'] = SIZE.exec(text) ?? [];
  const bytes = number === '' ? NaN : Math.round(Number(number) * (units[unit.toLowerCase()] ?? NaN));
  if (Number.isSafeInteger(bytes) && bytes >= LEAST) return bytes;
  throw new UsageError(
    `${option}: expected a size of 64KiB or more, in bytes or with a unit, such as 64MiB or 100MB, got "${text}"`,
  );
}
