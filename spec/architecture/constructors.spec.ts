import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const source = path.join(__dirname, '..', '..', 'src');

/**
 * Constructors of more than three parameters with a boolean among them, which nobody can read where it is
 * passed, as "FILE CLASS NAME".
 */
function unreadable(file: string, text: string): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isConstructorDeclaration(node) && node.parameters.length > 3) {
      const name = node.parent.name?.text ?? '';
      for (const parameter of node.parameters.filter(isBoolean))
        found.push(`${file} ${name} ${parameter.name.getText()}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return found;
}

function isBoolean({ type, initializer }: ts.ParameterDeclaration): boolean {
  const literals = [ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword];
  return (
    type?.kind === ts.SyntaxKind.BooleanKeyword ||
    (initializer !== undefined && literals.includes(initializer.kind))
  );
}

describe('A constructor of more than three parameters', () => {
  it('takes no boolean by position', () => {
    const files = readdirSync(source, { recursive: true })
      .map(String)
      .filter((file) => file.endsWith('.ts'));
    expect(files.length).toBeGreaterThan(300);
    expect(files.flatMap((file) => unreadable(file, readFileSync(path.join(source, file), 'utf8')))).toEqual(
      [],
    );
  });

  it('is found where it takes one', () => {
    const text =
      'class A { constructor(a: string, b: number, c: number, readonly d: boolean, e = false) {} }';
    expect(unreadable('a.ts', text)).toEqual(['a.ts A d', 'a.ts A e']);
    expect(unreadable('a.ts', 'class A { constructor(a: string, b: boolean) {} }')).toEqual([]);
  });
});
