import fc from '../../support/fc';
import { scanJson } from '../../../src/recording/content/scanJson';

const nodes = (text: string): { good: boolean; found: Record<string, string> } => {
  const found: Record<string, string> = {};
  const good = scanJson(
    text,
    () => true,
    ({ path, start, end }) => (found[path.join('/')] = text.slice(start, end)),
  );
  return { good, found };
};

describe('scanJson', () => {
  it('tells where each value stands, in its own spelling', () => {
    expect(nodes(' {"a" : [1.0, -Infinity,{"b\\u0041":"x\\"]"}], "c":NaN} ')).toEqual({
      good: true,
      found: {
        '': '{"a" : [1.0, -Infinity,{"b\\u0041":"x\\"]"}], "c":NaN}',
        a: '[1.0, -Infinity,{"b\\u0041":"x\\"]"}]',
        'a/0': '1.0',
        'a/1': '-Infinity',
        'a/2': '{"b\\u0041":"x\\"]"}',
        'a/2/bA': '"x\\"]"',
        c: 'NaN',
      },
    });
  });

  it.each(['', '{', '[1,]x', '{"a"}', '{"a":1,}', '[1 2]', '"x', 'nul', '1 2', '{a:1}', '['.repeat(5000)])(
    'takes %j for no value',
    (text) => expect(nodes(text).good).toBe(false),
  );

  it('finds in any JSON text what JSON.parse finds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(3), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const { good, found } = nodes(text);
        expect(good).toBe(true);
        expect(JSON.parse(found[''] ?? '')).toEqual(JSON.parse(text));
        if (typeof value !== 'object' || value === null) return;
        for (const [name, member] of Object.entries(value)) {
          // Names that this spec's own way to write paths cannot tell apart.
          if (name === '' || name === '__proto__' || name.includes('/')) continue;
          expect(JSON.parse(found[name] ?? '')).toEqual(JSON.parse(JSON.stringify(member)));
        }
      }),
    );
  });

  it('does not report what nobody descends into', () => {
    const seen: string[] = [];
    scanJson(
      '{"a":{"b":1},"c":{"d":2}}',
      (path) => path[0] !== 'a',
      ({ path }) => seen.push(path.join('/')),
    );
    expect(seen).toEqual(['a', 'c/d', 'c', '']);
  });
});
