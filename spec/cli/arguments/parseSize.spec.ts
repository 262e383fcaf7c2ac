import { parseSize } from '../../../src/cli/arguments/parseSize';
import { UsageError } from '../../../src/cli/arguments/Command';

describe('parseSize', () => {
  it.each([
    ['65536', 65_536],
    ['65536B', 65_536],
    ['64KiB', 65_536],
    ['64mib', 67_108_864],
    ['1.5GiB', 1_610_612_736],
    ['100kB', 100_000],
    ['100MB', 100_000_000],
    ['2GB', 2_000_000_000],
  ])('reads %s', (text, bytes) => {
    expect(parseSize('--rotate', text)).toBe(bytes);
  });

  it.each([
    '',
    '0',
    '65535',
    '63KiB',
    '-1MB',
    'MB',
    '64M',
    '1 MB',
    '1e9',
    '0x100000',
    'Infinity',
    '9e999',
    '99999999GB',
  ])('refuses "%s"', (text) => {
    expect(() => parseSize('--rotate', text)).toThrow(UsageError);
    expect(() => parseSize('--rotate', text)).toThrow(
      `--rotate: expected a size of 64KiB or more, in bytes or with a unit, such as 64MiB or 100MB, got "${text}"`,
    );
  });
});
