import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';
import { alreadyTold, below, fault, isEmpty, kindOf, nodeCodec, type NodeCodec } from './nodeCodec';

/**
 * A codec of a mapping whose keys users choose; finds the problems under all keys at once. Nothing under the
 * key counts as no keys.
 */
export function mapOf<A>(name: string, item: NodeCodec<A>): NodeCodec<Readonly<Record<string, A>>> {
  return nodeCodec(name, (node, context) => {
    if (node.kind === 'broken') return alreadyTold(context, node.place);
    if (isEmpty(node)) return t.success({});
    if (node.kind !== 'mapping') {
      return t.failures([fault(context, node.place, `expected ${name}, got ${kindOf(node)}`)]);
    }
    const errors: t.ValidationError[] = [];
    const decoded = new Map<string, A>();
    for (const [key, entry] of node.entries) {
      const result = item.validate(entry.node, below(context, key, item));
      if (isLeft(result)) errors.push(...result.left);
      else decoded.set(key, result.right);
    }
    return errors.length > 0 ? t.failures(errors) : t.success(Object.fromEntries(decoded));
  });
}
