import ts from 'typescript';
import { walkDeclarations } from './walkDeclarations';

const AWAITED: ReadonlySet<string> = new Set([
  'AsyncGenerator',
  'AsyncIterable',
  'AsyncIterableIterator',
  'BehaviorSubject',
  'MonoTypeOperatorFunction',
  'Observable',
  'OperatorFunction',
  'Promise',
  'PromiseLike',
  'Subject',
]);

/**
 * Every promise, Observable and AsyncIterable that the published declarations hand to users, such as
 * `Peer.ask` or `loadConfig`.
 */
export function declaredPromises(): readonly string[] {
  const found = new Set<string>();
  walkDeclarations(({ name, way, node }) => {
    const isType = ts.isTypeReferenceNode(node) && AWAITED.has(node.typeName.getText());
    const isHeritage = ts.isExpressionWithTypeArguments(node) && AWAITED.has(node.expression.getText());
    if (way === 'out' && (isType || isHeritage)) found.add(name);
  });
  return [...found].sort();
}
