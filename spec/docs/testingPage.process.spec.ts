import * as rxcomet from 'rxcomet';
import * as testing from 'rxcomet/testing';
import { codeBlocksOf } from './markdown';

const blocks = codeBlocksOf('docs/testing.md').filter(({ language }) => language === 'js');
const modules: Readonly<Record<string, object>> = { rxcomet, 'rxcomet/testing': testing };

/** The tests of a block, word for word, but that its imports are those of this repository. */
function testsOf(code: string): readonly (readonly [name: string, run: () => unknown])[] {
  const imported = new Map<string, unknown>();
  const body = code.replace(/^import \{ (.+) \} from '(.+)';$/gm, (_, names: string, from: string) => {
    for (const name of names.split(', '))
      imported.set(name, (modules[from] as Readonly<Record<string, unknown>>)[name]);
    return '';
  });
  const found: [string, () => unknown][] = [];
  const given = [
    ...imported,
    ['expect', expect],
    ['test', (name: string, run: () => unknown) => found.push([name, run])],
  ];
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const run = new Function(...given.map(([name]) => String(name)), body) as (...values: unknown[]) => void;
  run(...given.map(([, value]) => value));
  return found;
}

expect.extend({
  toHaveBeenAsked: testing.toHaveBeenAsked as jest.CustomMatcher,
});

describe('docs/testing.md', () => {
  it('has a block for each way', () => expect(blocks).toHaveLength(5));

  it.each(blocks.flatMap(({ text }) => testsOf(text)))('%s', async (_, run) => {
    expect.hasAssertions();
    await run();
  });
});
