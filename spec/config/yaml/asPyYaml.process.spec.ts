import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import fc from '../../support/fc';
import type { ConfigNode } from '../../../src/config/nodes/ConfigNode';
import { NodeReader } from '../../../src/config/nodes/NodeReader';
import { ProblemList } from '../../../src/config/nodes/ProblemList';
import { refuseUnreadable } from '../../../src/config/nodes/refuseUnreadable';
import { composeYaml } from '../../../src/config/yaml/composeYaml';
import type { ConfigError } from '../../../src/errors/setUp';

/**
 * What both make of a text: whether the file can be read, and its values when all of it is taken for a
 * section.
 */
type Reading = readonly [readable: boolean, section: unknown];

/** Debian's python3-yaml is for Debian's Python. */
const python = ['python3', '/usr/bin/python3'].find((command) => {
  const { stdout } = spawnSync(command, ['-c', 'import yaml; print(yaml.__version__)'], { encoding: 'utf8' });
  return (stdout as string | null)?.startsWith('6.') === true;
});
const reason =
  python === undefined ? ' (skipped: PyYAML 6 is not installed; apt-get install python3-yaml)' : '';
const describeWithPyYaml = python === undefined ? describe.skip : describe;

function pyYaml(texts: readonly string[]): readonly Reading[] {
  const options = { input: JSON.stringify(texts), encoding: 'utf8', maxBuffer: 2 ** 28 } as const;
  const { stdout, stderr, status } = spawnSync(python ?? '', [join(__dirname, 'pyyaml.py')], options);
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as readonly Reading[];
}

/** docs/configuration.md lists these: PyYAML reads them, and here they are problems. */
const LISTED = [
  /^contains itself through an alias$/,
  /^more than 200 levels/,
  /hexadecimal digits that name a character$/,
  /^is tagged !!\w+ but written as something else$/,
];

/** undefined: refused for nothing but what is listed. */
function problemsOf(run: (problems: ProblemList) => void): readonly string[] | undefined {
  const problems = new ProblemList('');
  run(problems);
  try {
    problems.throwIfAny();
    return [];
  } catch (error) {
    const messages = (error as ConfigError).problems.map(({ message }) => message);
    return messages.every((message) => LISTED.some((listed) => listed.test(message))) ? undefined : messages;
  }
}

function valueOf(node: ConfigNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return typeof node.value === 'number' ? ['number', String(node.value)] : node.value;
    case 'sequence':
      return { list: node.items.map(valueOf) };
    case 'mapping': {
      const entries = [...node.entries].map(([key, entry]) => [key, valueOf(entry.node)] as const);
      // By code points, as Python sorts.
      return { map: entries.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))) };
    }
    case 'broken':
      return 'broken';
  }
}

/** Numbers of Python as String() writes them. */
function asWritten(value: unknown): unknown {
  if (Array.isArray(value))
    return value[0] === 'number' ? ['number', numberText(String(value[1]))] : value.map(asWritten);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, asWritten(part)]));
}

const numberText = (python: string): string => String(Number(python.replace('inf', 'Infinity')));

/** undefined where the difference is a listed one. */
function ours(text: string): readonly [boolean | undefined, unknown] {
  const fileProblems = problemsOf((problems) =>
    refuseUnreadable(composeYaml(text, problems), undefined, problems),
  );
  const readable = fileProblems === undefined ? undefined : fileProblems.length === 0;
  let section: unknown = null;
  const sectionProblems = problemsOf((problems) => {
    const root = composeYaml(text, problems);
    if (root !== undefined)
      section = { section: valueOf(new NodeReader(problems, {}).read(root, '', root.place)) };
  });
  return [readable, sectionProblems === undefined ? undefined : sectionProblems.length > 0 ? null : section];
}

// Parts that PyYAML treats in its own way: breaks of Unicode, flow collections that are left open, names of
// anchors, tags, dates, numbers.
const SCALARS = [
  'a',
  'b c',
  '1',
  '017',
  '0x_',
  '1:30',
  '1_0.5',
  '-.5',
  '1e3',
  '.inf',
  'yes',
  'No',
  '~',
  '=',
  '<<',
  '2001-12-14',
  '2001-02-30',
  '"q"',
  "'s'",
  '""',
  '"\\x41\\u263a"',
  '"\\ud83d"',
  '"\\/"',
  '"\\q"',
  '::1',
  'a:b',
  'a#b',
  '- c',
  '@x',
  '`x',
  '%x',
  'é',
  '😀',
  '\ufeffx',
  '😀 : y',
  '! 5',
  '! "5"',
  '!!int 7',
  '!!int x',
  '!!str 7',
  '!!float 1',
  '!!bool yes',
  '!!null ~',
  '!lab x',
  '!<tag:yaml.org,2002:int> 3',
  '!e!x y',
  '*a',
  '*b',
  '&a 1',
  '&b x',
  '&a',
  '|',
  '>-',
  '|2',
  '[]',
  '{}',
  '[a, b]',
  '[a: 1, {b}]',
  '{a: 1, b}',
  '{<<: *a}',
  '[*a, *b]',
  '{a: 1',
  '[a',
  '{"a":1}',
  '{a:1}',
  '? x',
  'a: b: c',
  '\ta',
  'a\tb',
  'a #c',
  '#c',
  '---',
  '...',
  '"a',
  "it's",
];
const LINES = [
  'a: ',
  'b: ',
  'c: ',
  '"d": ',
  '? ',
  ': ',
  '- ',
  '<<: ',
  '&a ',
  '&b ',
  'a: &a ',
  'b: *a ',
  '- a: ',
  '- - ',
  '!lab ',
  '!!map ',
  '!!seq ',
  '? a\n: ',
  '',
  '1: ',
  '=: ',
  'yes: ',
  '[x]: ',
  '*a : ',
  'text ',
  '%YAML 1.1',
  '--- ',
  '# ',
  '\t',
];
const PIECES = [
  ...SCALARS,
  ...LINES,
  '\n',
  '\n  ',
  '\n    ',
  '\r\n',
  '\r',
  '\u0085',
  '\u2028',
  ', ',
  ': ',
  '{',
  '}',
  '[',
  ']',
  ' ',
  '\u0007',
  '\n---\n',
  '\n...\n',
];

const line = fc
  .tuple(
    fc.constantFrom('', '', '  ', '    ', ' '),
    fc.constantFrom(...LINES),
    fc.constantFrom(...SCALARS, ''),
  )
  .map((parts) => parts.join(''));
const lines = fc.array(line, { minLength: 1, maxLength: 6 }).map((written) => `${written.join('\n')}\n`);
const pieces = fc.array(fc.constantFrom(...PIECES), { maxLength: 9 }).map((written) => written.join(''));

describeWithPyYaml(`YAML as PyYAML reads it${reason}`, () => {
  it.each([
    ['lines', lines],
    ['pieces', pieces],
  ])(
    'agrees on generated %s: what is refused, and every value',
    (_name, texts) => {
      const sample = fc.sample(texts, { numRuns: 4000, seed: 30 });
      const theirs = pyYaml(sample);
      const wrong: unknown[] = [];
      let read = 0;
      sample.forEach((text, index) => {
        const [readable, section] = theirs[index] ?? [false, null];
        const [ourReadable, ourSection] = ours(text);
        if (ourReadable === true && ourSection !== null) read += 1;
        if (ourReadable !== undefined && ourReadable !== readable)
          wrong.push({ text, readable, ourReadable });
        else if (ourReadable !== undefined && ourSection !== undefined) {
          const value = readable ? asWritten(section) : null;
          if (JSON.stringify(value) !== JSON.stringify(ourSection)) wrong.push({ text, value, ourSection });
        }
      });
      expect(wrong.slice(0, 10)).toEqual([]);
      expect(read).toBeGreaterThan(200);
    },
    60_000,
  );
});
