import { resolveScalar } from '../../../src/config/nodes/resolveScalar';

/** Each line was compared with yaml.safe_load of PyYAML 6. */
const AS_PYYAML: readonly (readonly [string, unknown])[] = [
  ['y', 'y'],
  ['N', 'N'],
  ['yes', true],
  ['Yes', true],
  ['on', true],
  ['Off', false],
  ['TRUE', true],
  ['tRUE', 'tRUE'],
  ['0o17', '0o17'],
  ['017', 15],
  ['0_7', 7],
  ['08', '08'],
  ['0', 0],
  ['00', 0],
  ['0x1F', 31],
  ['-0x1', -1],
  ['0b11', 3],
  ['1_000', 1000],
  ['+5', 5],
  ['+', '+'],
  ['1:30', 90],
  ['-1:30', -90],
  ['01:30', '01:30'],
  ['190:20:30', 685230],
  ['1:60', '1:60'],
  ['1:30.5', 90.5],
  ['1e3', '1e3'],
  ['1.0e3', '1.0e3'],
  ['1.0e+3', 1000],
  ['1_0.5', 10.5],
  ['1.', 1],
  ['.5', 0.5],
  ['+.5', '+.5'],
  ['-.5', '-.5'],
  ['._5', '._5'],
  ['.', '.'],
  ['.inf', Infinity],
  ['-.Inf', -Infinity],
  ['.nan', NaN],
  ['', null],
  ['~', null],
  ['Null', null],
  ['127.0.0.1', '127.0.0.1'],
  ['::1', '::1'],
  ['Telegram', 'Telegram'],
];

describe('an unquoted scalar', () => {
  it.each(AS_PYYAML)('%s is read as by PyYAML', (text, value) => {
    expect(resolveScalar(text)).toEqual(value);
  });

  it('that looks like a date stays text', () => {
    expect(resolveScalar('2020-01-01')).toBe('2020-01-01');
  });
});
