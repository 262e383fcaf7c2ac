import { type ConfigNode, type Place, joinPath } from './ConfigNode';

/** A key that is present. */
export interface FoundKey {
  readonly path: string;
  readonly place: Place;
}

/**
 * Where the keys of a pattern such as `Client.*.TLS` stand below a node; `*` is any key, and a list is each
 * of its items.
 */
export function findKeys(node: ConfigNode, path: string, pattern: string): readonly FoundKey[] {
  const [step = '', ...rest] = pattern.split('.');
  if (node.kind === 'sequence') {
    return node.items.flatMap((item, index) => findKeys(item, joinPath(path, index), pattern));
  }
  if (node.kind !== 'mapping') return [];
  return [...node.entries].flatMap(([key, entry]) => {
    if (step !== '*' && step !== key) return [];
    const found = { path: joinPath(path, key), place: entry.place };
    return rest.length === 0 ? [found] : findKeys(entry.node, found.path, rest.join('.'));
  });
}
