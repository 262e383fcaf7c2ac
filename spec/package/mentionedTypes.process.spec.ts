import ts from 'typescript';
import { readPublishedDoors } from '../support/publishedDoors';

/** What a type is derived from, where users see only what comes of it: here a union of texts. */
const DERIVATIONS = ['Classes', 'CodeOf'];

/**
 * The named types of this package that the published declarations mention and users cannot import, as "Type,
 * which Export mentions": of `rxcomet` from that door, of `rxcomet/testing` from either.
 */
function unnameable(): readonly string[] {
  const { checker, doors, isOurs, resolve } = readPublishedDoors();
  const found = new Set<string>();
  const known = new Set<ts.Symbol>();
  for (const { exported } of doors) {
    for (const symbol of exported) known.add(symbol);
    const seen = new Set<ts.Symbol>();
    const look = (symbol: ts.Symbol): void => {
      if (seen.has(symbol)) return;
      seen.add(symbol);
      const visit = (node: ts.Node): void => {
        const mentioned = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined;
        if (mentioned !== undefined) see(resolve(mentioned));
        ts.forEachChild(node, visit);
      };
      const see = (mentioned: ts.Symbol): void => {
        if (mentioned === symbol) return;
        if (!(mentioned.declarations ?? []).some((node) => isOurs(node) && isOfModule(node))) return;
        if (DERIVATIONS.includes(mentioned.name)) return;
        if (!known.has(mentioned)) found.add(`${mentioned.name}, which ${symbol.name} mentions`);
        look(mentioned);
      };
      for (const declaration of symbol.declarations ?? []) if (isOurs(declaration)) visit(declaration);
    };
    exported.forEach(look);
  }
  return [...found].sort();
}

/** Whether it is declared by a module, and not a member or a parameter of something. */
function isOfModule(node: ts.Node): boolean {
  // A whole module, as in `import('./x')`, has nothing above it.
  const place = (ts.isVariableDeclaration(node) ? node.parent.parent.parent : node.parent) as
    ts.Node | undefined;
  return place !== undefined && ts.isSourceFile(place);
}

// It builds the package.
jest.setTimeout(180_000);

describe('The published declarations', () => {
  it('mention no type of this package that users cannot import by its name', () => {
    expect(unnameable()).toEqual([]);
  });
});
