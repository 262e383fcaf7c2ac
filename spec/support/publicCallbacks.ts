import path from 'node:path';
import ts from 'typescript';

const root = path.join(__dirname, '..', '..');
const source = path.join(root, 'src') + path.sep;
const doors = ['index.ts', 'testing/index.ts'].map((door) => path.join(source, door));

/**
 * Types of others that carry code of whoever supplies them: what is subscribed to, iterated, awaited or
 * listened to.
 */
const CARRIERS: ReadonlySet<string> = new Set([
  'AbortSignal',
  'AsyncIterable',
  'Iterable',
  'Observable',
  'ObservableInput',
  'PromiseLike',
]);

/**
 * Where users of the public doors hand in code of their own, taken from the types: each member or parameter
 * of function type, each class that is asked by `instanceof`, and each value of {@link CARRIERS}, by a name
 * such as `Logger.warn`, `App.handle(handler)` or `App.handle(handler)(): AsyncIterable`. What our own
 * functions take is theirs, what we call back with is ours, and so on inwards.
 *
 * A type is looked at once for each direction, wherever it occurs; generics as they were declared.
 */
export function publicCallbacks(): readonly string[] {
  const program = ts.createProgram(doors, {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
    types: ['node'],
  });
  const walk = new Walk(program.getTypeChecker());
  for (const door of doors) {
    const file = program.getSourceFile(door);
    if (file === undefined) throw new Error(`no such door: ${door}`);
    walk.door(file);
  }
  return [...walk.found].sort();
}

/** `ours`: made by us, users call it; `theirs`: made by users, we call it. */
type Side = 'ours' | 'theirs';

class Walk {
  readonly found = new Set<string>();
  readonly #checker: ts.TypeChecker;
  readonly #seen: Record<Side, Set<ts.Type>> = { ours: new Set(), theirs: new Set() };

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  door(file: ts.SourceFile): void {
    const door = this.#checker.getSymbolAtLocation(file);
    if (door === undefined) throw new Error(`${file.fileName} exports nothing`);
    for (const exported of this.#checker.getExportsOfModule(door)) {
      const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
      const symbol = isAlias ? this.#checker.getAliasedSymbol(exported) : exported;
      const typeOnly = exported.declarations?.some(ts.isTypeOnlyImportOrExportDeclaration) === true;
      if (!typeOnly && symbol.valueDeclaration !== undefined) {
        const type = this.#checker.getTypeOfSymbolAtLocation(symbol, symbol.valueDeclaration);
        this.#visit(type, 'ours', exported.name);
      }
      if ((symbol.flags & ts.SymbolFlags.Class) !== 0) {
        this.#visit(this.#checker.getDeclaredTypeOfSymbol(symbol), 'ours', exported.name);
      }
    }
  }

  #visit(type: ts.Type, side: Side, name: string): void {
    if (side === 'theirs') this.#note(type, name);
    if (this.#seen[side].has(type)) return;
    this.#seen[side].add(type);
    if (type.isUnionOrIntersection()) {
      for (const part of type.types) this.#visit(part, side, name);
      return;
    }
    for (const signature of type.getCallSignatures()) this.#signature(signature, side, name);
    for (const signature of type.getConstructSignatures()) this.#signature(signature, side, `new ${name}`);
    if ((type.flags & ts.TypeFlags.Object) !== 0) this.#object(type as ts.ObjectType, side, name);
  }

  #note(type: ts.Type, name: string): void {
    const symbol = type.aliasSymbol?.name === 'ObservableInput' ? type.aliasSymbol : type.getSymbol();
    if (symbol !== undefined && CARRIERS.has(symbol.name)) this.found.add(`${name}: ${symbol.name}`);
    else if (type.getCallSignatures().length > 0) this.found.add(name);
    else if (type.getConstructSignatures().length > 0) this.found.add(`${name}: class`);
  }

  #signature(signature: ts.Signature, side: Side, name: string): void {
    const other = side === 'ours' ? 'theirs' : 'ours';
    for (const parameter of signature.getParameters()) {
      const place = parameter.valueDeclaration;
      if (place === undefined) continue;
      this.#visit(
        this.#checker.getTypeOfSymbolAtLocation(parameter, place),
        other,
        `${name}(${parameter.name})`,
      );
    }
    this.#visit(signature.getReturnType(), side, `${name}()`);
  }

  #object(type: ts.ObjectType, side: Side, name: string): void {
    const typeArguments = isReference(type) ? this.#checker.getTypeArguments(type) : [];
    for (const argument of typeArguments) if (argument !== type) this.#visit(argument, side, name);
    const symbol = type.getSymbol();
    const declared = symbol?.flags ?? 0;
    // Only what we declare has members that concern us; instances of our classes are made by us, whoever
    // hands them in.
    if (!(symbol?.declarations ?? []).some((node) => node.getSourceFile().fileName.startsWith(source)))
      return;
    if ((declared & ts.SymbolFlags.Class) !== 0 && side === 'theirs') return;
    const generic = (declared & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface)) !== 0;
    const whole = symbol !== undefined && generic ? this.#checker.getDeclaredTypeOfSymbol(symbol) : type;
    if (whole !== type) {
      this.#visit(whole, side, name);
      return;
    }
    const owner = type.aliasSymbol?.name ?? (generic ? symbol?.name : undefined) ?? name;
    for (const property of type.getProperties()) {
      const place = property.valueDeclaration ?? property.declarations?.[0];
      if (property.name.startsWith('#') || property.name.startsWith('__') || place === undefined) continue;
      if ((ts.getCombinedModifierFlags(place) & ts.ModifierFlags.Private) !== 0) continue;
      this.#visit(
        this.#checker.getTypeOfSymbolAtLocation(property, place),
        side,
        `${owner}.${property.name}`,
      );
    }
  }
}

function isReference(type: ts.ObjectType): type is ts.TypeReference {
  return (type.objectFlags & ts.ObjectFlags.Reference) !== 0;
}
