import path from 'node:path';
import ts from 'typescript';
import type { CodeBlock } from './markdown';

const root = path.join(__dirname, '..', '..');
/**
 * Names that a block takes from its surroundings, such as `app` or `motor`; what they are is for the reader
 * to imagine.
 */
const UNKNOWN_NAMES = [2304, 2552, 2503, 18004];

/**
 * Checks the types of blocks of TypeScript, each as a module of its own; gives a line for each thing wrong.
 * Names of the public doors need no import, so that a block may go on where the one before ended; other
 * unknown names may be anything.
 */
export function typeCheck(blocks: readonly CodeBlock[]): readonly string[] {
  const doors: readonly (readonly [string, string])[] = [
    ['rxcomet', path.join(root, 'src', 'index.ts')],
    ['rxcomet/testing', path.join(root, 'src', 'testing', 'index.ts')],
  ];
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
    types: ['node', 'jest'],
    paths: Object.fromEntries(doors.map(([name, file]) => [name, [file]])),
  };
  const exported = new Map(
    doors.flatMap(([door, file]) => exportsOf(file).map((name) => [name, door] as const)),
  );
  const sources = new Map(
    blocks.map((block, index) => [
      path.join(root, `block-${index}.ts`),
      { block, text: withImports(block.text, exported) },
    ]),
  );

  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (file) => sources.has(file) || fileExists(file);
  host.getSourceFile = (file, ...rest) => {
    const source = sources.get(file);
    if (source === undefined) return getSourceFile(file, ...rest);
    return ts.createSourceFile(file, source.text, ts.ScriptTarget.ES2023);
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  return [...sources].flatMap(([file, { block }]) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
      .filter(({ code }) => !UNKNOWN_NAMES.includes(code))
      .map(({ code, messageText, start = 0 }) => {
        const line = (source?.getLineAndCharacterOfPosition(start).line ?? 0) - 1;
        const text = ts.flattenDiagnosticMessageText(messageText, ' ');
        return `${block.place}, line ${line} of the block: TS${code} ${text}`;
      });
  });
}

/** The names a door lists. */
function exportsOf(file: string): readonly string[] {
  const text = ts.sys.readFile(file) ?? '';
  return ts
    .createSourceFile(file, text, ts.ScriptTarget.ES2023)
    .statements.flatMap((node) =>
      ts.isExportDeclaration(node) && node.exportClause !== undefined && ts.isNamedExports(node.exportClause)
        ? node.exportClause.elements.map(({ name }) => name.text)
        : [],
    );
}

/**
 * The block as a module, with a first line that imports the names of the public doors it uses and doesn't
 * have.
 */
function withImports(text: string, exported: ReadonlyMap<string, string>): string {
  const used = new Set<string>();
  const declared = new Set<string>();
  const walk = (node: ts.Node, parent: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const declares =
        (ts.isImportSpecifier(parent) ||
          ts.isVariableDeclaration(parent) ||
          ts.isBindingElement(parent) ||
          ts.isParameter(parent)) &&
        parent.name === node;
      const isProperty = ts.isPropertyAccessExpression(parent) && parent.name === node;
      if (declares) declared.add(node.text);
      else if (!isProperty) used.add(node.text);
    }
    ts.forEachChild(node, (child) => walk(child, node));
  };
  const source = ts.createSourceFile('block.ts', text, ts.ScriptTarget.ES2023);
  walk(source, source);
  const missing = [...used].filter((name) => exported.has(name) && !declared.has(name));
  const imports = missing.map((name) => `import { ${name} } from '${exported.get(name)}';`);
  return `export {}; ${imports.join(' ')}\n${text}`;
}
