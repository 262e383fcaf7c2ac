import fc from '../../support/fc';
import { defineAction, t, type ActionContract } from 'rxcomet';

const any = t.unknown;
const Int: t.Mixed = t.Int;
const never = t.never as unknown as t.Mixed;
/** A name that starts with a: a domain of keys that is not a list of them. */
const AName = t.brand(
  t.string,
  (text): text is t.Branded<string, { readonly AName: symbol }> => text.startsWith('a'),
  'AName',
);

/** What io-ts exports that is no codec and no way to make one. */
const NEITHER = [
  'appendContext',
  'emptyTags',
  'failure',
  'failures',
  'getContextEntry',
  'getDefaultContext',
  'getDomainKeys',
  'getFunctionName',
  'getIndex',
  'getTags',
  'getValidationError',
  'identity',
  'mergeAll',
  'success',
];

/** For each way to make a codec of others: such codecs. */
const combinators: Readonly<Record<string, (inner: t.Mixed, other: t.Mixed) => t.Mixed>> = {
  alias: (inner) => t.exact(t.type({ a: inner })),
  array: (inner) => t.array(inner),
  brand: (inner) => t.brand(inner, (value): value is never => value !== null, 'NotNull'),
  clean: (inner) => t.tuple([inner]),
  dictionary: (inner) => t.record(t.keyof({ a: null, b: null }), inner),
  exact: (inner, other) => t.exact(t.intersection([t.type({ a: inner }), t.partial({ b: other })])),
  interface: (inner) => t.type({ b: inner }),
  intersection: (inner, other) => t.intersection([t.strict({ a: inner }), t.strict({ b: other })]),
  keyof: () => t.keyof({ a: null, b: null }),
  literal: () => t.literal('a'),
  partial: (inner) => t.partial({ a: inner }),
  readonly: (inner) => t.readonly(t.strict({ a: inner })),
  readonlyArray: (inner) => t.readonlyArray(inner),
  record: (inner) => t.record(AName, inner),
  recursion: (inner) =>
    t.recursion('List', (self) =>
      t.exact(t.intersection([t.type({ a: inner }), t.partial({ b: self })])),
    ) as t.Mixed,
  refinement: (inner) =>
    t.brand(t.strict({ a: inner }), (value): value is never => value !== null, 'Refined'),
  strict: (inner) => t.strict({ a: inner }),
  taggedUnion: (inner, other) =>
    t.union([t.strict({ a: t.literal('a'), b: inner }), t.strict({ a: t.literal('b'), c: other })]),
  tuple: (inner, other) => t.tuple([inner, other]),
  type: (inner, other) => t.type({ a: inner, b: other }),
  union: (inner, other) => t.union([t.tuple([inner]), inner, t.strict({ a: other }), other]),
};

/** Codecs by themselves. */
const leaves: Readonly<Record<string, t.Mixed>> = {
  Array: t.UnknownArray,
  Dictionary: t.UnknownRecord,
  Function: never,
  Int,
  Integer: Int,
  UnknownArray: t.UnknownArray,
  UnknownRecord: t.UnknownRecord,
  any,
  bigint: t.bigint,
  boolean: t.boolean,
  never,
  null: t.null,
  nullType: t.nullType,
  number: t.number,
  object: t.UnknownRecord,
  string: t.string,
  undefined: t.undefined,
  unknown: any,
  void: t.void,
  voidType: t.voidType,
};

const { codec } = fc.letrec<{ codec: t.Mixed }>((tie) => ({
  codec: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...Object.values(leaves)),
    fc
      .tuple(fc.constantFrom(...Object.values(combinators)), tie('codec'), tie('codec'))
      .map(([combine, inner, other]) => combine(inner, other)),
  ),
}));

/** Small values over the keys that the codecs use, so that many fit. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(0, 1, 1.5, 'a', 'b', true, null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', 'ab'), tie('value'), { maxKeys: 3 }),
  ),
}));

/** What comes through a contract, or undefined when it is refused. */
function through(
  contract: ActionContract<unknown>,
  give: (contract: ActionContract<unknown>) => unknown,
): readonly [unknown] | undefined {
  try {
    return [give(contract)];
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_BAD_VALUE') return undefined;
    throw error;
  }
}

const define = (codec: t.Mixed): ActionContract<unknown> =>
  defineAction('Move', { value: codec }) as ActionContract<unknown>;
const received = (codec: t.Mixed, value: unknown): readonly [unknown] | undefined =>
  through(define(codec), (contract) => contract.decodeValue(value, 'peer'));
const sent = (codec: t.Mixed, value: unknown): readonly [unknown] | undefined =>
  through(define(codec), (contract) => contract.encodeValue(value));

describe('a contract of the codecs of io-ts', () => {
  it('has a case here for each export of io-ts', () => {
    const cases = [...Object.keys(combinators), ...Object.keys(leaves), ...NEITHER];
    const exported = Object.keys(t).filter((name) => !/Type$/.test(name) || name in leaves);
    expect(exported.filter((name) => !cases.includes(name))).toEqual([]);
  });

  it('takes a value whole or refuses it, on both sides', () => {
    let taken = 0;
    fc.assert(
      fc.property(codec, value, (codec, value) => {
        for (const result of [received(codec, value), sent(codec, value)]) {
          if (result === undefined) continue;
          taken += 1;
          expect(result[0]).toEqual(value);
        }
      }),
      { numRuns: 5000, seed: 29 },
    );
    expect(taken).toBeGreaterThan(500);
  });

  it.each<readonly [string, t.Mixed, unknown, string]>([
    ['a tuple', t.tuple([t.number, t.number]), [1, 2, 3], '$[2]'],
    ['a tuple within', t.type({ at: t.array(t.tuple([t.number])) }), { at: [[1], [1, 2]] }, '$.at[1][1]'],
    ['strict', t.strict({ x: t.number }), { x: 1, y: 2 }, '$.y'],
    ['exact', t.exact(t.partial({ x: t.number })), { y: 2 }, '$.y'],
    ['a record of given keys', t.record(t.keyof({ x: null }), t.number), { x: 1, y: 2 }, '$.y'],
    ['a record of a kind of keys', t.record(AName, t.number), { a1: 1, b1: 2 }, '$.b1'],
    [
      'two strict ones together',
      t.intersection([t.strict({ x: t.number }), t.strict({ y: t.number })]),
      { x: 1, y: 2, z: 3 },
      '$.z',
    ],
    [
      'recursion',
      t.recursion('L', (self) => t.exact(t.partial({ next: self }))) as t.Mixed,
      { next: { y: 1 } },
      '$.next.y',
    ],
  ])('names the place of what is too much for %s', (_what, codec, value, place) => {
    const contract = define(codec);
    const refused = (run: () => unknown): string => {
      try {
        run();
      } catch (error) {
        return (error as Error).message;
      }
      return 'taken';
    };
    expect(refused(() => contract.decodeValue(value, ''))).toMatch(
      new RegExp(`at ${place.replace(/[[\]$.]/g, '\\$&')}`),
    );
    expect(refused(() => contract.encodeValue(value))).toMatch(
      new RegExp(`at ${place.replace(/[[\]$.]/g, '\\$&')}`),
    );
  });

  it('refuses a list where a record of anything is asked for', () => {
    expect(received(t.record(t.string, t.unknown), [1])).toBeUndefined();
  });

  it.each<readonly [string, t.Mixed, unknown]>([
    [
      'the member of a union that takes it whole',
      t.union([t.tuple([t.number]), t.tuple([t.number, t.number])]),
      [1, 2],
    ],
    [
      'what two strict ones have together',
      t.intersection([t.strict({ x: t.number }), t.strict({ y: t.number })]),
      { x: 1, y: 2 },
    ],
    ['more keys where type says nothing of them', t.type({ x: t.number }), { x: 1, y: 2 }],
    [
      'more keys where one of an intersection is open',
      t.intersection([t.strict({ x: t.number }), t.type({})]),
      { x: 1, y: 2 },
    ],
  ])('takes %s', (_what, codec, value) => {
    expect([received(codec, value), sent(codec, value)]).toEqual([[value], [value]]);
  });

  it('leaves a codec alone that checks in its own way', () => {
    const First = new t.Type<number, readonly number[]>(
      'First',
      t.number.is,
      (value, context) => (Array.isArray(value) ? t.success(Number(value[0])) : t.failure(value, context)),
      (value) => [value],
    );
    expect(received(t.type({ x: First }), { x: [1, 2] })).toEqual([{ x: 1 }]);
  });
});
