import fc from '../../support/fc';
import type { RxcometError } from '../../../src/errors/RxcometError';
import { parseJson } from '../../../src/streams/json/parseJson';
import { readJson } from '../../../src/streams/json/readJson';

const options = { bigint: false, maxNesting: 5, peer: '127.0.0.1:5' };
const exact = { ...options, bigint: true };

function refusal(text: string, given = options): RxcometError {
  try {
    parseJson(text, given);
  } catch (error) {
    return error as RxcometError;
  }
  throw new Error('it was not refused');
}

describe('parseJson', () => {
  it.each<[string, unknown]>([
    ['{"a": [1, -0.0, 1.5e3, "x", true, false, null]}', { a: [1, -0, 1500, 'x', true, false, null] }],
    ['NaN', NaN],
    [' [ NaN , Infinity , -Infinity ] ', [NaN, Infinity, -Infinity]],
    ['{"a":NaN,"b":{},"c":[],"d":{"e":[-0,-1.5E-1]}}', { a: NaN, b: {}, c: [], d: { e: [-0, -0.15] } }],
    ['{"NaN":"NaN","b":"\\"NaN\\\\","c":NaN}', { NaN: 'NaN', b: '"NaN\\', c: NaN }],
    ['["\\u00b5\\ud83d\\ude00\\n/\\/",NaN]', ['µ😀\n//', NaN]],
    ['{"a":1,"a":2,"b":NaN,"b":3}', { a: 2, b: 3 }],
    ['[9007199254740993]', [9007199254740992]],
    ['[[],[],{},{},[[]],[[]],NaN]', [[], [], {}, {}, [[]], [[]], NaN]],
    ['\t\r\n 1 \t\r\n', 1],
  ])('reads %s', (text, value) => {
    expect(parseJson(text, options)).toStrictEqual(value);
    expect(readJson(text, options)).toStrictEqual(value);
  });

  it.each<[string, unknown]>([
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['-9007199254740993', -9007199254740993n],
    ['[12345678901234567890123, 1]', [12345678901234567890123n, 1]],
    ['1234567890123456.5', 1234567890123456.5],
    ['1e20', 1e20],
    ['1234567890123456789e2', 1234567890123456789e2],
    ['"12345678901234567890"', '12345678901234567890'],
    ['0.12345678901234567', 0.12345678901234567],
    ['{"12345678901234567890":-0}', { '12345678901234567890': -0 }],
  ])('reads %s exactly with bigint', (text, value) => {
    expect(parseJson(text, exact)).toStrictEqual(value);
  });

  it.each(['{"__proto__":{"a":1},"b":2}', '{"__proto__":{"a":1},"b":NaN}'])(
    'makes __proto__ in %s a key like any other',
    (text) => {
      const value = parseJson(text, options) as object;
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(Object.getOwnPropertyDescriptor(value, '__proto__')).toEqual({
        value: { a: 1 },
        enumerable: true,
        configurable: true,
        writable: true,
      });
    },
  );

  it.each([
    ['', 'expected a value at position 0, the text ends there'],
    ['{"a":nan}', 'expected a value at position 5, found "{\\"a\\":nan}"'],
    ['{"a":1', 'expected "," or "}" at position 6, the text ends there'],
    ['[1 2]', 'expected "," or "]" at position 3, found "[1 2]"'],
    ['[1,]', 'expected a value at position 3, found "[1,]"'],
    ['{"a":1,}', 'expected a string in double quotes at position 7, found "{\\"a\\":1,}"'],
    ["{'a':1}", `expected a string in double quotes at position 1, found "{'a':1}"`],
    ['{"a" 1}', 'expected ":" at position 5, found "{\\"a\\" 1}"'],
    ['"abc', 'expected a valid string at position 0, found "\\"abc"'],
    ['"\\', 'expected a valid string at position 0, found "\\"\\\\"'],
    ['["a\nb"]', 'expected a valid string at position 1, found "[\\"a\\nb\\"]"'],
    ['["\\x"]', 'expected a valid string at position 1, found "[\\"\\\\x\\"]"'],
    ['1 2', 'expected the end at position 2, found "1 2"'],
    ['\ufeff1', 'expected a value at position 0, found "\ufeff1"'],
    [
      `${' '.repeat(100)}x${'y'.repeat(100)}`,
      `expected a value at position 100, found …"${' '.repeat(20)}x${'y'.repeat(39)}"…`,
    ],
  ])('refuses %j with place and excerpt', (text, message) => {
    const error = refusal(text);
    expect(error.code).toBe('ERR_BAD_CONTENT');
    expect(error.message).toBe(`127.0.0.1:5: the content is no JSON: ${message}`);
  });

  it.each([
    '01',
    '-',
    '+1',
    '1.',
    '.5',
    '1e',
    '0x10',
    '-NaN',
    '+Infinity',
    'Nan',
    'infinity',
    'undefined',
    'True',
    '\u00a01',
    '[NaN1]',
    '[1NaN]',
    '/**/1',
  ])('refuses %j, as Python does', (text) => {
    expect(refusal(text).code).toBe('ERR_BAD_CONTENT');
    expect(refusal(text, exact).code).toBe('ERR_BAD_CONTENT');
  });

  it('refuses an integer with more digits than Python reads', () => {
    expect(parseJson('9'.repeat(4300), exact)).toBe(BigInt('9'.repeat(4300)));
    expect(refusal(`[${'9'.repeat(4301)}]`, exact).message).toMatch(/at most 4300 digits at position 1/);
  });

  it('reads a string of megabytes beside NaN', () => {
    const text = `[NaN,"${'\\n'.repeat(1 << 21)}"]`;
    expect((parseJson(text, options) as unknown[])[1]).toHaveLength(1 << 21);
  });

  describe('the limit of nesting', () => {
    it.each([
      '[[[[[1]]]]]',
      '{"a":[{"b":[{}]}]}',
      `["${'['.repeat(50)}\\"${'{'.repeat(50)}"]`,
      `[${'[],'.repeat(50)}[]]`,
    ])('lets %s through', (text) => {
      expect(parseJson(text, options)).toStrictEqual(JSON.parse(text));
    });

    it.each([
      '[[[[[[1]]]]]]',
      '{"a":[{"b":[{"c":[]}]}]}',
      `[${'[],'.repeat(50)}[[[[[]]]]]]`,
      '['.repeat(100_000),
      '[[[[[[NaN]]]]]]',
    ])('refuses %s', (text) => {
      const error = refusal(text);
      expect(error.code).toBe('ERR_NESTING_TOO_DEEP');
      expect(error.message).toMatch(/nested deeper than 5/);
    });

    it('can be set so high that no reader could recurse', () => {
      const high = { ...options, maxNesting: 1_000_000 };
      expect(refusal(`${'['.repeat(200_000)}NaN${']'.repeat(200_000)}`, high).code).toBe(
        'ERR_NESTING_TOO_DEEP',
      );
      expect(refusal('['.repeat(200_000), high).code).toBe('ERR_NESTING_TOO_DEEP');
    });
  });

  it('agrees with JSON.parse about every text without NaN, legal or not', () => {
    const noise = fc.constantFrom(...'{}[]",:\\ 0123456789.eE+-tfn\n\u0000µ', '');
    const edits = fc.array(fc.tuple(fc.nat(), noise), { maxLength: 2 });
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), edits, (json, changes) => {
        let text = json;
        for (const [place, character] of changes) {
          const at = text.length === 0 ? 0 : place % text.length;
          text = text.slice(0, at) + character + text.slice(at + 1);
        }
        const deep = { ...options, maxNesting: 50 };
        expect(outcome(() => readJson(text, deep))).toStrictEqual(outcome(() => JSON.parse(text) as unknown));
      }),
      { numRuns: 2000 },
    );
  });
});

function outcome(read: () => unknown): unknown {
  try {
    return { value: read() };
  } catch {
    return 'refused';
  }
}
