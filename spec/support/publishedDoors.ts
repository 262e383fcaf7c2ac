import path from 'node:path';
import ts from 'typescript';
import { buildPackage } from './buildPackage';

const dist = path.join(__dirname, '..', '..', 'dist');

/** The declarations of the package as users get them. */
export interface PublishedDoors {
  readonly checker: ts.TypeChecker;
  /** `rxcomet` and `rxcomet/testing` with what they export, in this order. */
  readonly doors: readonly PublishedDoor[];
  /** Whether it is declared by this package. */
  isOurs(node: ts.Node): boolean;
  /** The symbol itself, behind imports and exports by another name. */
  resolve(symbol: ts.Symbol): ts.Symbol;
}

interface PublishedDoor {
  readonly name: string;
  readonly exported: readonly ts.Symbol[];
}

/** Reads the declarations of both doors. Builds the package first, unless that is up to date. */
export function readPublishedDoors(): PublishedDoors {
  buildPackage();
  const files: readonly (readonly [name: string, file: string])[] = [
    ['rxcomet', path.join(dist, 'index.d.ts')],
    ['rxcomet/testing', path.join(dist, 'testing', 'index.d.ts')],
  ];
  const program = ts.createProgram(
    files.map(([, file]) => file),
    {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.Node16,
      moduleResolution: ts.ModuleResolutionKind.Node16,
      skipLibCheck: true,
      types: ['node'],
    },
  );
  const checker = program.getTypeChecker();
  const resolve = (symbol: ts.Symbol): ts.Symbol =>
    (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
  return {
    checker,
    resolve,
    isOurs: (node) => node.getSourceFile().fileName.startsWith(dist),
    doors: files.map(([name, file]) => {
      const source = program.getSourceFile(file);
      const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
      if (module === undefined) throw new Error(`${file} is no module`);
      return { name, exported: checker.getExportsOfModule(module).map(resolve) };
    }),
  };
}
