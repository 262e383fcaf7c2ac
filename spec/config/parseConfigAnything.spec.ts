import fc from '../support/fc';
import { parseConfig } from '../../src/config/parseConfig';
import { ConfigError } from '../../src/errors/setUp';

/** Throws unless the source is read, or refused with at least one problem. */
const survives = (source: unknown): void => {
  try {
    parseConfig(source, { env: {} });
  } catch (error) {
    if (!(error instanceof ConfigError) || error.problems.length === 0) throw error;
  }
};

const KEYS = ['Host', 'Client', 'IP', 'Port', 'Limits', 'Queue', 'TLS', 'Token', 'Allow', 'Dedup', 'Metrics'];

const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, 0, 1, -1, 1.5, NaN, true, '', '::1', '${', '${A:-1}', 'auto', 1n, Symbol.iterator),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS, '__proto__', '<<', 'a'), tie('tree'), { maxKeys: 4 }),
  ),
}));

const PIECES = [
  'Socket_connection',
  'Host',
  'Client',
  ': ',
  '- ',
  '\n',
  '\n  ',
  '\t',
  '{',
  '}',
  '[',
  ']',
  ', ',
  '&a ',
  '*a',
  '<<',
  '!x ',
  '!!int ',
  '"',
  "'",
  '|',
  '? ',
  '---\n',
  '#',
  '%',
  '1',
  '::1',
  '${A}',
];

describe('whatever is given', () => {
  it('as an object is read or refused with a problem', () => {
    fc.assert(
      fc.property(tree, (body) => {
        survives({ Socket_connection: body });
      }),
      { numRuns: 500 },
    );
  });

  it('as text is read or refused with a problem', () => {
    const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 25 }).map((pieces) => pieces.join(''));
    fc.assert(fc.property(text, survives), { numRuns: 1000 });
  });

  it.each([undefined, null, 5, 'text', [], new Date(0), () => 1])('even %p', (source) => {
    expect(() => parseConfig(source)).toThrow(ConfigError);
  });
});
