import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildPackage } from '../support/buildPackage';

const root = path.join(__dirname, '..', '..');
const folder = path.join(root, '.tmp', `signatures-${process.pid}`);

// A compiler takes its time on a busy machine.
jest.setTimeout(180_000);

/** Runs a program and gives all it printed, also when it failed. */
function printed(command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
    return `${stdout}${stderr}`;
  }
}

function compiler(name: string): string {
  return path.join(root, 'node_modules', name, 'bin', 'tsc');
}

describe('The types of this repository', () => {
  it('are checked by the TypeScript that package.json names, although others are installed beside it', () => {
    const manifest = JSON.parse(
      readFileSync(path.join(root, 'node_modules/typescript/package.json'), 'utf8'),
    ) as { readonly version: string };
    expect(manifest.version).toMatch(/^6\.0\./);
    expect(printed('npm', 'run', '--silent', 'types', '--', '--version')).toBe(
      `Version ${manifest.version}\n`,
    );
  });

  it('are checked by no script through .bin/tsc, which may be that of any of them', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    expect(Object.values(scripts).filter((script) => /(^|[\s;&|])(npx )?tsc\b/.test(script))).toEqual([]);
  });
});

describe.each([
  ['ts59', /^Version 5\.9\./],
  ['typescript', /^Version 6\.0\./],
  ['ts7', /^Version 7\.0\./],
])('The signatures of the built package, for the TypeScript installed as %s', (name, version) => {
  beforeAll(() => {
    buildPackage();
    mkdirSync(path.join(folder, 'node_modules'), { recursive: true });
    symlinkSync(root, path.join(folder, 'node_modules', 'rxcomet'));
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }');
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('are of the version meant', () => {
    expect(printed(process.execPath, compiler(name), '--version')).toMatch(version);
  });

  it.each([
    ['node16', ['signatures.cts', 'signatures.mts']],
    ['bundler', ['signatures.ts']],
  ])('accept what is right and refuse what is wrong, with moduleResolution %s in %j', (resolution, files) => {
    for (const file of files) copyFileSync(path.join(__dirname, 'signatures.ts'), path.join(folder, file));
    writeFileSync(
      path.join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          module: resolution === 'bundler' ? 'esnext' : 'node16',
          moduleResolution: resolution,
          target: 'es2022',
          lib: ['es2022', 'esnext.disposable'],
          // What most users have; the flags beyond it are those of tsconfig.json, by which `npm run types`
          // checks the same file.
          strict: true,
          noEmit: true,
          types: ['node'],
          typeRoots: [path.join(root, 'node_modules', '@types')],
        },
        files,
      }),
    );
    expect(printed(process.execPath, compiler(name), '-p', folder)).toBe('');
  });
});
