import fc from '../../support/fc';
import { BadOption } from '../../../src/errors/setUp';
import type { CompareOptions } from '../../../src/replay/verdict/CompareOptions';
import { ValueComparer } from '../../../src/replay/verdict/ValueComparer';

const compare = (a: unknown, b: unknown, options: CompareOptions = {}) =>
  new ValueComparer(options).compare(a, b, 'result');
const paths = (a: unknown, b: unknown, options?: CompareOptions): string[] =>
  compare(a, b, options).changes.map(({ kind, path }) => `${kind} ${path}`);

describe('ValueComparer', () => {
  it('tells each place that differs', () => {
    expect(paths({ a: [1, 2, { b: 'x' }], c: 1, d: null }, { c: 2, a: [1, 3, { b: 'y' }, 4], e: 0 })).toEqual(
      [
        'changed result.a[1]',
        'changed result.a[2].b',
        'extra result.a[3]',
        'changed result.c',
        'missing result.d',
        'extra result.e',
      ],
    );
  });

  it.each([
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    [NaN, NaN],
    [-0, 0],
    [2 ** 60, 2n ** 60n],
    [9007199254740993n, 9007199254740993n],
    [undefined, undefined],
    [Uint8Array.of(1, 2), Buffer.from([1, 2])],
  ])('takes %p and %p for equal', (a, b) => {
    expect(paths(a, b)).toEqual([]);
    const comparer = new ValueComparer({});
    expect(comparer.key(a, 'result')).toBe(comparer.key(b, 'result'));
  });

  it.each([
    [
      [1, 2],
      [2, 1],
    ],
    [1, '1'],
    [9007199254740993n, 9007199254740992],
    [null, undefined],
    [null, {}],
    [[], {}],
    [0.1 + 0.2, 0.3],
    [Uint8Array.of(1), Uint8Array.of(2)],
    [{ __proto__: null, toString: 1 }, {}],
  ])('takes %p and %p for different', (a, b) => {
    expect(paths(a, b)).not.toEqual([]);
    const comparer = new ValueComparer({});
    expect(comparer.key(a, 'result')).not.toBe(comparer.key(b, 'result'));
  });

  it('ignores paths, whether the value is there or not, and counts them', () => {
    const options = { ignore: ['result.time', '**.id'] };
    expect(compare({ time: 1, list: [{ id: 1 }] }, { list: [{ id: 2 }] }, options)).toEqual({
      changes: [],
      ignored: 2,
      compared: 0,
    });
  });

  it('gives equal keys whether an ignored value is there or not', () => {
    const comparer = new ValueComparer({ ignore: ['**.id', 'result.list[1]'] });
    expect(comparer.key({ id: 1, list: [1, 2] }, 'result')).toBe(comparer.key({ list: [1] }, 'result'));
  });

  it('ignores times and uuids only where both sides are such', () => {
    const options = { ignore: ['type:iso-time', 'type:uuid'] };
    const time = ['2026-01-31T12:00:00Z', '2026-01-31 12:00:00.123+01:00'];
    const id = ['123e4567-e89b-12d3-a456-426614174000', '00000000-0000-0000-0000-000000000000'];
    expect(paths({ t: time[0], u: id[0] }, { t: time[1], u: id[1] }, options)).toEqual([]);
    expect(paths({ t: time[0], u: id[0] }, { t: 'noon', u: id[0]?.slice(1) }, options)).toEqual([
      'changed result.t',
      'changed result.u',
    ]);
  });

  it('lets numbers differ within their tolerance', () => {
    const options = { tolerance: [{ path: 'result.a', absolute: 0.5 }, { relative: 0.01 }] };
    expect(paths({ a: 1, b: 100 }, { a: 1.5, b: 101 }, options)).toEqual([]);
    expect(paths({ a: 1, b: 100 }, { a: 1.6, b: 102 }, options)).toEqual([
      'changed result.a',
      'changed result.b',
    ]);
    expect(paths({ b: 100 }, { b: NaN }, options)).toEqual(['changed result.b']);
  });

  it('normalises both sides first', () => {
    const options = {
      normalise: [{ path: 'result', with: (value: unknown) => String(value).toLowerCase() }],
    };
    expect(paths('ABC', 'abc', options)).toEqual([]);
  });

  it('skips what a recording hides', () => {
    expect(new ValueComparer({}).compare({ a: '[redacted]' }, { a: 'x' }, 'value', ['value.a'])).toEqual({
      changes: [],
      ignored: 1,
      compared: 0,
    });
  });

  it('names the rules that met nothing', () => {
    const comparer = new ValueComparer({
      ignore: ['result.a', 'result.b', 'type:uuid'],
      tolerance: [{ absolute: 1 }],
    });
    comparer.compare({ a: 1 }, { a: 2 }, 'result');
    expect(comparer.unusedRules).toEqual(['result.b', 'type:uuid', 'tolerance at **']);
  });

  it.each([
    { ignore: ['type:colour'] },
    { ignore: ['a..b'] },
    { tolerance: [{}] },
    { tolerance: [{ absolute: -1 }] },
  ])('refuses %j', (options) => expect(() => new ValueComparer(options)).toThrow(BadOption));

  it('gives equal keys exactly to equal values', () => {
    const value = fc.jsonValue({ depthSize: 'small' });
    fc.assert(
      fc.property(value, value, (a, b) => {
        const comparer = new ValueComparer({});
        const equal = comparer.compare(a, b, 'result').changes.length === 0;
        expect(comparer.key(a, 'result') === comparer.key(b, 'result')).toBe(equal);
        expect(comparer.compare(a, structuredClone(a), 'result').changes).toEqual([]);
      }),
    );
  });
});
