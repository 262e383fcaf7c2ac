import { parseValue } from '../../../src/cli/arguments/parseValue';
import { UsageError } from '../../../src/cli/arguments/Command';

function refusal(text: string): string[] {
  try {
    parseValue(text, 'VALUE', '--text sends it as text');
  } catch (error) {
    if (error instanceof UsageError) return [error.message, error.hint];
    throw error;
  }
  throw new Error('it was accepted');
}

describe('parseValue', () => {
  it.each<[string, unknown]>([
    ['5', 5],
    ['-5', -5],
    ['-0', -0],
    [' 1.5e-3 ', 0.0015],
    ['NaN', NaN],
    ['Infinity', Infinity],
    ['-Infinity', -Infinity],
    ['true', true],
    ['null', null],
    ['"5"', '5'],
    ['{"a":-1}', { a: -1 }],
    ['[NaN, -Infinity]', [NaN, -Infinity]],
    ['9007199254740993', 9007199254740993n],
  ])('reads %s as JSON', (text, value) => {
    expect(parseValue(text, 'VALUE', '--text sends it as text')).toEqual(value);
  });

  it.each(['', ' ', 'ramp finished', 'True', 'nullable', '5V', '12:30', '192.168.0.1', 'a "b"', '+x', '-x'])(
    'takes %j for text',
    (text) => {
      expect(parseValue(text, 'VALUE', '--text sends it as text')).toBe(text);
    },
  );

  it.each([
    [
      "{'unit': 4}",
      `VALUE: this is no JSON: expected a string in double quotes at position 1, found "{'unit': 4}"`,
      `JSON has double quotes: '{"unit": 4}'; --text sends it as text`,
    ],
    [
      '{unit: 4}',
      'VALUE: this is no JSON: expected a string in double quotes at position 1, found "{unit: 4}"',
      `keys stand in double quotes, and the shell takes quotes away, so put single ones around: '{"unit": 4}'; --text sends it as text`,
    ],
    [
      '{"unit":',
      'VALUE: this is no JSON: expected a value at position 8, the text ends there',
      `put single quotes around it for the shell: '{"unit": 4}'; --text sends it as text`,
    ],
    [
      '[INFO] started',
      'VALUE: this is no JSON: expected a value at position 1, found "[INFO] started"',
      `put single quotes around it for the shell: '{"unit": 4}'; --text sends it as text`,
    ],
    [
      '007',
      'VALUE: this is no JSON: expected the end at position 1, found "007"',
      'write the number as JSON has it; --text sends it as text',
    ],
    [
      '+5',
      'VALUE: this is no JSON: expected a value at position 0, found "+5"',
      'write the number as JSON has it; --text sends it as text',
    ],
  ])('refuses %s with a hint', (text, message, hint) => {
    expect(refusal(text)).toEqual([message, hint]);
  });
});
