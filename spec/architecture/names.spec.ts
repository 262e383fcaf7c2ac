import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const source = path.join(__dirname, '..', '..', 'src');

/** The constants of a module that are named against the rule of CONTRIBUTING, as "FILE NAME". */
function misnamed(file: string, text: string): readonly string[] {
  return ts
    .createSourceFile(file, text, ts.ScriptTarget.Latest)
    .statements.filter(ts.isVariableStatement)
    .filter(({ declarationList }) => (declarationList.flags & ts.NodeFlags.Const) !== 0)
    .flatMap(({ declarationList }) => [...declarationList.declarations])
    .filter(({ name, initializer }) => {
      if (!ts.isIdentifier(name) || initializer === undefined) return false;
      const value = withoutTypes(initializer);
      return isUpper(name.text) ? isObject(value) : isFixed(value);
    })
    .map(({ name }) => `${file} ${(name as ts.Identifier).text}`);
}

const isUpper = (name: string): boolean => /^[A-Z][A-Z0-9_]+$/.test(name);

function withoutTypes(value: ts.Expression): ts.Expression {
  return ts.isAsExpression(value) || ts.isSatisfiesExpression(value) || ts.isParenthesizedExpression(value)
    ? withoutTypes(value.expression)
    : value;
}

/** A number, a text or a pattern, or put together of such. */
function isFixed(value: ts.Expression): boolean {
  if (ts.isLiteralExpression(value)) return true;
  if (ts.isPrefixUnaryExpression(value)) return isFixed(withoutTypes(value.operand));
  if (ts.isBinaryExpression(value))
    return isFixed(withoutTypes(value.left)) && isFixed(withoutTypes(value.right));
  return ts.isIdentifier(value) && isUpper(value.text);
}

/** A table or another object, or a function. */
function isObject(value: ts.Expression): boolean {
  return (
    ts.isObjectLiteralExpression(value) ||
    ts.isArrayLiteralExpression(value) ||
    ts.isNewExpression(value) ||
    ts.isArrowFunction(value) ||
    ts.isFunctionExpression(value)
  );
}

describe('The constants of a module', () => {
  it('are in capitals when they are fixed numbers, texts and patterns, and not when they are objects', () => {
    const files = readdirSync(source, { recursive: true })
      .map(String)
      .filter((file) => file.endsWith('.ts'));
    expect(files.length).toBeGreaterThan(300);
    expect(files.flatMap((file) => misnamed(file, readFileSync(path.join(source, file), 'utf8')))).toEqual(
      [],
    );
  });

  it.each([
    ['const limit = 5;', ['x.ts limit']],
    ['const LIMIT = 5; const next = compute(LIMIT);', []],
    ['const longest = -(2 * 1024);', ['x.ts longest']],
    ['const pattern = /a/u;', ['x.ts pattern']],
    ['const TABLE = { a: 1 } as const;', ['x.ts TABLE']],
    ['const NONE: readonly string[] = [];', ['x.ts NONE']],
    ['const table = new Map(); let count = 0; function f() { const inner = 5; }', []],
  ])('%s', (text, expected) => {
    expect(misnamed('x.ts', text)).toEqual(expected);
  });
});
