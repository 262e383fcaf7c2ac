import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '..', '..');
const folder = path.join(root, 'src', 'errors');

interface ErrorClass {
  readonly file: string;
  readonly className: string;
  readonly abstract: boolean;
  readonly name: string | undefined;
  readonly code: string | undefined;
}

/** One entry for each class of every file; the text of a class reaches to the next one. */
const classes: readonly ErrorClass[] = readdirSync(folder).flatMap((file) =>
  readFileSync(path.join(folder, file), 'utf8')
    .split(/^(?=export (?:abstract )?class )/m)
    .slice(1)
    .map((source) => ({
      file,
      className: /class (\w+)/.exec(source)?.[1] ?? '',
      abstract: source.startsWith('export abstract'),
      name: /override readonly name = '(\w+)'/.exec(source)?.[1],
      code: /readonly code = '(\w+)'/.exec(source)?.[1],
    })),
);
const concrete = classes.filter(({ abstract }) => !abstract);

/** Rows of docs/errors.md: code, class, meaning, what to do. */
const [documented, retired] = readFileSync(path.join(root, 'docs', 'errors.md'), 'utf8').split(
  '## Retired codes',
);
const rows = (documented ?? '')
  .split('\n')
  .filter((line) => line.startsWith('| ERR_'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

describe('The errors', () => {
  it('each have the name of their class, and a code', () => {
    expect(concrete.length).toBeGreaterThan(40);
    for (const { file, className, name, code } of concrete) {
      expect({ file, name, code }).toEqual({
        file,
        name: className,
        code: expect.stringMatching(/^ERR_[A-Z][A-Z_]*$/) as string,
      });
    }
  });

  it('share no code', () => {
    const codes = concrete.map(({ code }) => code);
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
  });

  it('are all in docs/errors.md, and nothing else is', () => {
    expect(rows.map(([, code, className]) => `${code} ${className}`).sort()).toEqual(
      concrete.map(({ code, className }) => `${code} ${className}`).sort(),
    );
  });

  it('are documented with a meaning and a remedy', () => {
    expect(rows.filter(([, , , meaning, remedy]) => (meaning ?? '') === '' || (remedy ?? '') === '')).toEqual(
      [],
    );
  });

  it('never take a retired code up again', () => {
    const gone: readonly string[] = retired?.match(/ERR_\w+/g) ?? [];
    expect(concrete.filter(({ code }) => gone.includes(code ?? ''))).toEqual([]);
  });
});
