import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import ts from 'typescript';

const root = path.join(__dirname, '..', '..');

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;

/** Names of the packages a text imports or requires, without those of Node. */
function packagesIn(text: string): string[] {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter(
      (specifier) => !/^(\.|node:|rxcomet(\/|$))/.test(specifier) && !builtinModules.includes(specifier),
    )
    .map((specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'));
}

function textsOf(folder: string): string[] {
  return (
    readdirSync(path.join(root, folder), { recursive: true })
      .map(String)
      .filter((name) => /\.(ts|js|mjs|cjs)$/.test(name))
      // Comments show examples of what users import.
      .map((name) =>
        readFileSync(path.join(root, folder, name), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, ''),
      )
  );
}

const source = textsOf('src');

describe('The dependencies of package.json', () => {
  const needed = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)];

  it('hold every package that src imports', () => {
    const imported = [...new Set(source.flatMap(packagesIn))];
    expect(imported).toContain('rxjs');
    expect(imported.filter((name) => !needed.includes(name))).toEqual([]);
  });

  it('hold no package that src does not load', () => {
    // An optional peer is loaded by its name at first use, or by a door that the build writes.
    const doors = readFileSync(path.join(root, 'scripts', 'matcherDoors.js'), 'utf8');
    const loading = [...source, doors];
    const unused = needed.filter(
      (name) => !loading.some((text) => new RegExp(`['"]${name}[/'"]`).test(text)),
    );
    expect(unused).toEqual([]);
  });

  it('leave rxjs to the user, since two copies make two kinds of Observable', () => {
    expect(manifest.dependencies).not.toHaveProperty('rxjs');
    expect(manifest.peerDependencies).toHaveProperty('rxjs');
    const optional = Object.keys(manifest.peerDependenciesMeta ?? {});
    expect(Object.keys(manifest.peerDependencies).filter((name) => !optional.includes(name))).toEqual([
      'rxjs',
    ]);
  });

  it('for development are each used by a script, a tool or a spec', () => {
    const places = [
      ...['spec', 'scripts', 'examples'].flatMap(textsOf),
      ...['jest.config.js', 'eslint.config.mjs', 'tsconfig.json'].map((name) =>
        readFileSync(path.join(root, name), 'utf8'),
      ),
      ...Object.values(manifest.scripts),
    ].join('\n');
    // What src asks of its users is installed here for the specs. @types/… stand for a package or for "types"
    // of tsconfig.json; @swc/core is what @swc/jest runs.
    const unused = Object.keys(manifest.devDependencies).filter((name) => {
      if (name === '@swc/core') return false;
      const used = name.startsWith('@types/')
        ? name.slice('@types/'.length).replace(/^(\w+)__/, '@$1/')
        : name;
      return !places.includes(used) && !needed.includes(name);
    });
    expect(unused).toEqual([]);
  });
});
