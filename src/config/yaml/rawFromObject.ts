import type { RawNode } from '../nodes/RawNode';

const nowhere = { line: 0, column: 0 };

/** No section is nested so deep; what lies below is opaque to us. */
const MAX_DEPTH = 100;

/**
 * The graph of a plain object, as if it had been written in YAML with every text quoted. Keys with the value
 * undefined are absent.
 */
export function rawFromObject(source: unknown): RawNode {
  const known = new Map<unknown, RawNode>();
  const convert = (value: unknown, depth: number): RawNode => {
    const seen = known.get(value);
    if (seen !== undefined) return seen;
    if (depth < MAX_DEPTH && Array.isArray(value)) {
      const items: RawNode[] = [];
      const node: RawNode = { kind: 'sequence', place: nowhere, tag: '', items };
      known.set(value, node);
      for (const item of value) items.push(convert(item, depth + 1));
      return node;
    }
    if (depth < MAX_DEPTH && isPlainObject(value)) {
      const pairs: { key: RawNode; value: RawNode }[] = [];
      const node: RawNode = { kind: 'mapping', place: nowhere, tag: '', pairs };
      known.set(value, node);
      for (const [key, item] of Object.entries(value)) {
        if (item !== undefined) pairs.push({ key: scalar(key), value: convert(item, depth + 1) });
      }
      return node;
    }
    return scalar(value);
  };
  return convert(source, 0);
}

function scalar(value: unknown): RawNode {
  const written = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  const text = written ? String(value) : '';
  return { kind: 'scalar', place: nowhere, tag: '', text, value, plain: false, isMerge: false };
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Of any realm: in Jest, what structuredClone makes has another Object.prototype.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
