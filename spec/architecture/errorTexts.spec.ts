import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const source = path.join(__dirname, '..', '..', 'src');

/** What looks into a text, or makes another one of a part of it. */
const EDITS = new Set([
  'at',
  'charAt',
  'charCodeAt',
  'endsWith',
  'exec',
  'includes',
  'indexOf',
  'lastIndexOf',
  'match',
  'matchAll',
  'replace',
  'replaceAll',
  'search',
  'slice',
  'split',
  'startsWith',
  'substring',
  'test',
]);

/**
 * Calls that edit or search what is called `message`, or a variable that was made of that; by file and line.
 * Not followed into functions that are called, so that a message may be quoted, escaped or cut for a display
 * by those whose work that is.
 */
function findEdits(file: string, text: string): string[] {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const made = new Set<string>();
  const isMessage = (node: ts.Node): boolean => {
    if (ts.isPropertyAccessExpression(node)) return node.name.text === 'message';
    if (ts.isIdentifier(node)) return made.has(node.text);
    if (ts.isConditionalExpression(node)) return isMessage(node.whenTrue) || isMessage(node.whenFalse);
    if (ts.isBinaryExpression(node)) return isMessage(node.left) || isMessage(node.right);
    if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return isMessage(node.expression);
    if (ts.isTemplateExpression(node))
      return node.templateSpans.some(({ expression }) => isMessage(expression));
    return false;
  };
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined) {
      if (isMessage(node.initializer)) made.add(node.name.text);
    }
    if (ts.isBindingElement(node) && ts.isIdentifier(node.name)) {
      const from = node.propertyName ?? node.name;
      if (ts.isObjectBindingPattern(node.parent) && ts.isIdentifier(from) && from.text === 'message')
        made.add(node.name.text);
    }
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { name, expression } = node.expression;
      const searched = name.text === 'test' || name.text === 'exec' ? node.arguments[0] : expression;
      if (EDITS.has(name.text) && searched !== undefined && isMessage(searched)) {
        const { line } = tree.getLineAndCharacterOfPosition(node.getStart());
        found.push(`${file}:${line + 1}: ${node.getText()}`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

describe('The text of an error', () => {
  it.each([
    ["error.message.replace('a', 'b')"],
    ['const { message } = error; message.includes(peer);'],
    ['const { message: said } = error; said.slice(3);'],
    ['const text = error instanceof Error ? error.message : String(error); /a/.test(text);'],
  ])('is edited in %s', (text) => {
    expect(findEdits('sample.ts', text)).toHaveLength(1);
  });

  it('is neither edited nor searched in any file: errors have fields for what others need', () => {
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    );
    expect(files.length).toBeGreaterThan(200);
    expect(files.flatMap((file) => findEdits(file, readFileSync(path.join(source, file), 'utf8')))).toEqual(
      [],
    );
  });
});
