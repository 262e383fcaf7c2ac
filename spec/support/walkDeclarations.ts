import ts from 'typescript';
import { readPublishedDoors } from './publishedDoors';

/** `out`: users get it, as a result, a field or what their callbacks are called with; `in`: users give it. */
export type Way = 'out' | 'in';

/** A place of the published declarations: a type that is mentioned, a member, or a parameter. */
export interface DeclaredPlace {
  /** Such as `Peer.ask` or `loadConfig`. */
  readonly name: string;
  readonly way: Way;
  readonly node: ts.Node;
}

/**
 * Goes over the published declarations of both doors, from each exported value through every type of this
 * package that it mentions; each declaration once for each way. Builds the package first, unless that is up
 * to date.
 */
export function walkDeclarations(see: (place: DeclaredPlace) => void): void {
  const { checker, doors, isOurs, resolve } = readPublishedDoors();
  const seen: Readonly<Record<Way, Set<ts.Node>>> = { out: new Set(), in: new Set() };

  const declarationsOf = (symbol: ts.Symbol, way: Way): void => {
    for (const declaration of symbol.declarations ?? []) {
      if (!isOurs(declaration) || seen[way].has(declaration)) continue;
      // An object of a class of ours is made by us, also when it is handed back.
      if (way === 'in' && ts.isClassDeclaration(declaration)) continue;
      seen[way].add(declaration);
      visit(declaration, way, symbol.name);
    }
  };

  const visit = (node: ts.Node, way: Way, owner: string): void => {
    const name = isMember(node) ? `${owner}.${node.name.getText()}` : owner;
    see({ name, way, node });
    if (ts.isTypeReferenceNode(node) || ts.isExpressionWithTypeArguments(node)) {
      const mentioned = checker.getSymbolAtLocation(
        ts.isTypeReferenceNode(node) ? node.typeName : node.expression,
      );
      if (mentioned !== undefined) declarationsOf(resolve(mentioned), way);
      for (const argument of node.typeArguments ?? []) visit(argument, way, name);
    } else if (ts.isParameter(node)) {
      if (node.type !== undefined) visit(node.type, way === 'out' ? 'in' : 'out', name);
      // A constraint of a type parameter is nothing that anybody gets or gives.
    } else if (!ts.isTypeParameterDeclaration(node)) {
      ts.forEachChild(node, (child) => visit(child, way, name));
    }
  };

  for (const { exported } of doors) {
    for (const symbol of exported) {
      if ((symbol.flags & ts.SymbolFlags.Value) !== 0) declarationsOf(symbol, 'out');
    }
  }
}

type Member =
  | ts.PropertySignature
  | ts.PropertyDeclaration
  | ts.MethodSignature
  | ts.MethodDeclaration
  | ts.GetAccessorDeclaration;

function isMember(node: ts.Node): node is Member {
  return (
    ts.isPropertySignature(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isMethodSignature(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isGetAccessor(node)
  );
}
