import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseConfig } from 'rxcomet';
import { loadRules, type CompareOptions } from 'rxcomet/testing';
import type { Command } from '../../src/cli/arguments/Command';
import { commands } from '../../src/cli/commands/commands';
import { parseArguments } from '../../src/cli/arguments/parseArguments';
import { codeBlocksOf, documents, textOf } from './markdown';
import { typeCheck } from './typeCheck';

const root = path.join(__dirname, '..', '..');
const blocks = documents.flatMap(codeBlocksOf);
let known: readonly Command[] = [];

beforeAll(async () => {
  known = await Promise.all([...commands.values()].map((load) => load()));
});

/** The words of a shell line, quotes taken off. */
function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain ?? '',
  );
}

/** What is wrong with a command line; '' when it could be typed. */
function faultOf([program = '', ...args]: readonly string[]): string {
  if (program === 'npx') return faultOf(args);
  if (program === 'rxcomet') {
    const command = known.find(({ name }) => name === args[0]);
    if (command === undefined) return args[0]?.startsWith('--') === true ? '' : `no command ${args[0]}`;
    try {
      parseArguments(args.slice(1), command);
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  }
  if (program !== 'npm') return `unknown program ${program}`;
  if (['ci', 'i', 'install', 'test', 'start'].includes(args[0] ?? '')) return '';
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const name = args[0] === 'run' ? (args[1] ?? '') : '';
  if (!Object.hasOwn(scripts, name)) return `no script ${name}`;
  const example = name === 'example' ? args[3] : undefined;
  if (example === undefined || /^[A-Z]+$/.test(example)) return '';
  return existsSync(path.join(root, 'examples', example, 'main.ts')) ? '' : `no example ${example}`;
}

describe('The documents', () => {
  it('have blocks to check', () => {
    const count = (language: string): number => blocks.filter((block) => block.language === language).length;
    expect(count('ts')).toBeGreaterThan(15);
    expect(count('yaml')).toBeGreaterThan(6);
    expect(count('sh')).toBeGreaterThan(3);
  });

  it('show TypeScript whose types fit', () => {
    expect(typeCheck(blocks.filter(({ language }) => language === 'ts'))).toEqual([]);
  }, 120_000);

  it.each(blocks.filter(({ language }) => language === 'yaml'))(
    'show YAML that is valid: $place',
    ({ text }) => {
      const names = [...text.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name);
      const env = Object.fromEntries(names.map((name) => [name, name.endsWith('PORT') ? '1' : '127.0.0.1']));
      if (/^# replay\.rules\.yml$/m.test(text)) {
        expect(rulesOf(text)).not.toEqual({});
        return;
      }
      const { hosts, clients } = parseConfig(text, { env });
      expect(hosts.length + clients.length).toBeGreaterThan(0);
    },
  );

  it.each(blocks.filter(({ language }) => language === 'sh'))(
    'show commands that exist: $place',
    ({ text }) => {
      const lines = text.split('\n').flatMap((line) => line.replace(/ #.*$/, '').split('&&'));
      expect(
        lines
          .map(words)
          .filter((line) => line.length > 0)
          .map(faultOf)
          .filter((fault) => fault !== ''),
      ).toEqual([]);
    },
  );

  it.each(documents)('name commands, options and scripts that exist: %s', (file) => {
    const spans = [
      ...textOf(file)
        .replace(/^ *```[^]*?^ *```$/gm, '')
        .matchAll(/`([^`\n]+)`/g),
    ].map(([, span = '']) => span);
    const faults = spans.flatMap((span) => {
      const [program, ...args] = words(span.replace(/^npx /, ''));
      if (program === 'npm') return faultOf(['npm', ...args]);
      if (program !== 'rxcomet' || args[0] === undefined || !/^[a-z]+$/.test(args[0])) return [];
      const [name, ...rest] = args;
      const command = known.find((candidate) => candidate.name === name);
      if (command === undefined) return `${span}: no command ${name}`;
      return rest
        .flatMap((word) => /^--([a-z-]+)/.exec(word)?.[1] ?? [])
        .filter((option) => !Object.hasOwn(command.options, option) && option !== 'help')
        .map((option) => `${span}: no option --${option}`);
    });
    expect(faults.filter((fault) => fault !== '')).toEqual([]);
  });

  it.each(documents)('link to what is there: %s', (file) => {
    const links = [...textOf(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const broken = links.filter((link) => {
      if (/^https?:/.test(link)) return false;
      const [target = '', anchor] = link.split('#');
      const full = target === '' ? file : path.join(path.dirname(file), target);
      if (!existsSync(path.join(root, full))) return true;
      return anchor !== undefined && !anchorsOf(full).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('list every example in the README', () => {
    const examples = readdirSync(path.join(root, 'examples')).filter((name) =>
      existsSync(path.join(root, 'examples', name, 'main.ts')),
    );
    const listed = [...textOf('README.md').matchAll(/^\| `([a-z-]+)` +\| (?!`)/gm)].map(
      ([, name = '']) => name,
    );
    expect(examples.filter((name) => !listed.includes(name))).toEqual([]);
  });

  it('name the two commands of a fresh machine word for word', () => {
    const readme = textOf('README.md');
    expect(readme).toContain('npm ci && npm start\n');
    expect(readme).toContain('npm ci && npm test\n');
  });
});

/** Anchors of the headings, as GitHub makes them. */
function anchorsOf(file: string): readonly string[] {
  return [...textOf(file).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function rulesOf(text: string): CompareOptions {
  const folder = mkdtempSync(path.join(tmpdir(), 'rxcomet-rules-'));
  try {
    writeFileSync(path.join(folder, 'replay.rules.yml'), text);
    return loadRules(path.join(folder, 'replay.rules.yml'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
