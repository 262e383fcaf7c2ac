import ts from 'typescript';
import { walkDeclarations } from './walkDeclarations';

/**
 * Every time that users give as a number of milliseconds, such as `SendOptions.timeoutMs` or
 * `VirtualTime.advance(ms)`.
 */
export function declaredTimes(): readonly string[] {
  const found = new Set<string>();
  walkDeclarations(({ name, way, node }) => {
    if (ts.isPropertySignature(node) && way === 'in' && name.endsWith('Ms')) found.add(name);
    if (!ts.isParameter(node) || way === 'in') return;
    const parameter = node.name.getText();
    if (parameter === 'ms' || parameter.endsWith('Ms')) found.add(`${name}(${parameter})`);
  });
  return [...found].sort();
}
