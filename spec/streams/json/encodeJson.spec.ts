import { runInNewContext } from 'node:vm';
import fc from '../../support/fc';
import { BadOption } from '../../../src/errors/setUp';
import { encodeJson } from '../../../src/streams/json/encodeJson';
import { parseJson } from '../../../src/streams/json/parseJson';
import { writeJson } from '../../../src/streams/json/writeJson';

const options = { bigint: true, maxNesting: 128, peer: '' };

class Reading {
  constructor(readonly volts: number) {}
  get amps(): number {
    return 1;
  }
}

class Unset {
  volts = undefined;
  double(): unknown {
    return this.volts;
  }
}

class Private {
  readonly #volts = 5;
  double(): number {
    return this.#volts * 2;
  }
}

class Getters {
  get volts(): number {
    return 5;
  }
}

class Samples extends Array<number> {
  toJSON(): unknown {
    return { samples: NaN };
  }
}

describe('encodeJson', () => {
  it.each<[string, unknown, string]>([
    ['a plain object', { a: 1, b: 'x', c: [true, null] }, '{"a":1,"b":"x","c":[true,null]}'],
    ['NaN and the infinities, bare', [NaN, Infinity, -Infinity], '[NaN,Infinity,-Infinity]'],
    ['a number that is NaN', NaN, 'NaN'],
    ['-0 so that Python keeps it', { a: -0 }, '{"a":-0.0}'],
    ['-0 in an array', [1, -0, 0], '[1,-0.0,0]'],
    ['bigint exactly', { a: 2n ** 70n, b: [-1n] }, '{"a":1180591620717411303424,"b":[-1]}'],
    ['undefined in an object: omitted', { a: undefined, b: 1 }, '{"b":1}'],
    ['the same beside NaN', { a: undefined, b: NaN }, '{"b":NaN}'],
    ['undefined in an array: null', [undefined, 1], '[null,1]'],
    ['the same beside NaN', [undefined, NaN], '[null,NaN]'],
    ['a hole: null', new Array<number>(1), '[null]'],
    ['undefined alone: null', undefined, 'null'],
    ['a date', { at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
    ['an empty instance of a class without members', new (class Empty {})(), '{}'],
    ['an instance whose fields are all undefined', new Unset(), '{}'],
    [
      'an Error that says how, by its toJSON',
      Object.assign(new Error('x'), { toJSON: () => 'stuck' }),
      '"stuck"',
    ],
    [
      'what toJSON gives, with the key it is called with',
      { a: { toJSON: (key: string) => [key, NaN] } },
      '{"a":["a",NaN]}',
    ],
    ['toJSON that gives undefined', { a: { toJSON: () => undefined } }, '{}'],
    ['an instance by its own fields', new Reading(5), '{"volts":5}'],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 }), '{"a":1}'],
    ['wrapped primitives', [Object(1), Object('s'), Object(true), Object(5n)], '[1,"s",true,5]'],
    ['strings as JSON.stringify does', ['\u2028"\\\n\ud800', 1n], '["\u2028\\"\\\\\\n\\ud800",1]'],
    ['the same object twice', [[1], [1]].fill([NaN]), '[[NaN],[NaN]]'],
    ['an own key __proto__', JSON.parse('{"__proto__":1}'), '{"__proto__":1}'],
    ['no symbol keys', { [Symbol('a')]: 1, b: NaN }, '{"b":NaN}'],
    ['a subclass of Array with toJSON', new Samples(), '{"samples":NaN}'],
    ['a subclass of Array', Object.assign(new (class extends Array<unknown> {})(), [1]), '[1]'],
  ])('writes %s', (_, value, text) => {
    expect(encodeJson(value)).toBe(text);
    if (value !== undefined) expect(writeJson(value)).toBe(text);
  });

  const cyclic: Record<string, unknown> = { a: [1] };
  cyclic['b'] = { 'unit of U': [cyclic] };

  it.each<[string, unknown, RegExp]>([
    ['a Map', { a: [1, 2, 3, new Map()] }, /^\$\.a\[3\] is a Map.*Object\.fromEntries/],
    ['a Set', new Set(), /^\$ is a Set.*\[\.\.\.set\]/],
    ['a WeakMap', [new WeakMap()], /^\$\[0\] is a WeakMap/],
    ['a function', { f: () => 1 }, /^\$\.f is a function/],
    ['a function alone', () => 1, /^\$ is a function/],
    ['a symbol', [Symbol('a')], /^\$\[0\] is a symbol/],
    ['a promise', { a: Promise.resolve(1) }, /^\$\.a is a promise.*await/],
    [
      'bytes inside a value',
      { picture: Uint8Array.of(1) },
      /^\$\.picture is a Uint8Array.*whole value.*base64/,
    ],
    ['a Buffer in spite of its toJSON', { b: Buffer.of(1) }, /^\$\.b is a Buffer/],
    ['another typed array', [[new Float64Array(2)]], /^\$\[0\]\[0\] is a Float64Array.*Array\.from/],
    ['an ArrayBuffer', { a: new ArrayBuffer(1) }, /^\$\.a is an ArrayBuffer/],
    ['a DataView', new DataView(new ArrayBuffer(1)), /^\$ is a DataView/],
    ['a cycle', cyclic, /^\$\.b\["unit of U"\]\[0\] is a reference to an object around it/],
    ['an Error', new Error('stuck'), /^\$ is an Error.*throw it, or send its message/],
    ['an Error with fields, inside', { a: [new BadOption('x')] }, /^\$\.a\[0\] is an Error/],
    ['an Error of another realm', runInNewContext('new TypeError("x")'), /^\$ is an Error/],
    ['an object that inherits from Error', Object.create(Error.prototype), /^\$ is an Error/],
    ['an invalid Date', { at: new Date(NaN) }, /^\$\.at is an invalid Date.*null/],
    ['what toJSON gives', { toJSON: () => new Set() }, /^\$ is a Set/],
  ])('refuses %s with its path and a remedy', (_, value, message) => {
    expect(() => encodeJson(value)).toThrow(
      expect.objectContaining({
        code: 'ERR_UNENCODABLE',
        message: expect.stringMatching(message) as string,
      }) as Error,
    );
  });

  it.each<[string, unknown]>([
    ['RegExp', /a/],
    ['WeakRef', new WeakRef({})],
    ['URLSearchParams', new URLSearchParams('a=1')],
    ['Headers', new Headers({ a: 'b' })],
    ['Blob', new Blob(['a'])],
    ['AbortSignal', AbortSignal.abort()],
    ['DOMException', new DOMException('x')],
    ['NumberFormat', new Intl.NumberFormat()],
    ['a generator', (function* () {})()],
    ['an iterator of an array', [1].values()],
    ['an iterator of a Map', new Map([[1, 2]]).entries()],
    ['an async generator', (async function* () {})()],
    ['private fields', new Private()],
    ['getters', new Getters()],
    ['inherited fields', Object.create({ volts: 5 })],
  ])('refuses what JSON would write as {}: %s', (_, value) => {
    expect(JSON.stringify(value)).toBe('{}');
    for (const given of [value, { a: [value] }]) {
      expect(() => encodeJson(given)).toThrow(expect.objectContaining({ code: 'ERR_UNENCODABLE' }) as Error);
    }
  });

  it('writes nothing of what the machine offers as {} without a word', () => {
    // One of each class of the global object that can be made without arguments.
    const made = Object.getOwnPropertyNames(globalThis).flatMap((name): [string, object][] => {
      const found: unknown = (globalThis as Record<string, unknown>)[name];
      if (typeof found !== 'function' || !/^[A-Z]/.test(name)) return [];
      try {
        return [[name, Reflect.construct(found, [], found) as object]];
      } catch {
        return [];
      }
    });
    expect(made.length).toBeGreaterThan(30);
    const silent = made.filter(([, value]) => {
      try {
        return encodeJson(value) === '{}';
      } catch {
        return false;
      }
    });
    expect(silent.map(([name]) => name)).toEqual(['Object']);
  });

  it.each([100, 1000])('writes %d levels of nesting', (depth) => {
    expect(encodeJson(nested(depth))).toBe('['.repeat(depth) + ']'.repeat(depth));
  });

  it.each([1001, 100_000])('refuses %d levels of nesting with a short message', (depth) => {
    expect(() => encodeJson(nested(depth))).toThrow(/^\$\[0\].{1,200}…\[0\].*nested deeper than 1000/);
  });

  it('gives what parseJson reads back as the same value', () => {
    // Written as an integer, a number beyond 2^53 is read as bigint.
    const double = fc.double().filter((given) => !Number.isInteger(given) || Number.isSafeInteger(given));
    const number = fc.oneof(double, fc.integer(), fc.constantFrom(-0, NaN, Infinity, -Infinity));
    const large = fc.bigInt().filter((value) => value > 2n ** 53n || value < -(2n ** 53n));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.oneof(number, large, fc.string({ unit: 'binary' }), fc.boolean(), fc.constant(null)),
        fc.array(tie('value')),
        fc.dictionary(fc.string(), tie('value')),
      ),
    }));
    fc.assert(
      fc.property(value, (given) => {
        expect(parseJson(encodeJson(given), options)).toStrictEqual(withPrototypes(given));
      }),
      { numRuns: 300 },
    );
  });

  it('writes JSON values as JSON.stringify does but for -0, by either way', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain = JSON.parse(JSON.stringify(value)) as unknown;
        expect(encodeJson(plain)).toBe(JSON.stringify(plain));
        expect(writeJson(plain)).toBe(JSON.stringify(plain));
      }),
      { numRuns: 300 },
    );
  });
});

function nested(depth: number): unknown {
  let value: unknown[] = [];
  for (let level = 1; level < depth; level += 1) value = [value];
  return value;
}

/** fast-check makes dictionaries without a prototype now and then. */
function withPrototypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withPrototypes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withPrototypes(member)]));
}
