import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';
import { alreadyTold, below, fault, kindOf, nodeCodec, type NodeCodec } from './nodeCodec';

/** A codec of a list with at least one item; finds the problems of all items at once. */
export function listOf<A>(name: string, item: NodeCodec<A>): NodeCodec<readonly A[]> {
  return nodeCodec(name, (node, context) => {
    if (node.kind === 'broken') return alreadyTold(context, node.place);
    if (node.kind !== 'sequence' || node.items.length === 0) {
      const got = node.kind === 'sequence' ? 'an empty list' : kindOf(node);
      const remedy = `write "- " and ${item.name}, a line each`;
      return t.failures([fault(context, node.place, `expected ${name}, got ${got}`, remedy)]);
    }
    const errors: t.ValidationError[] = [];
    const decoded: A[] = [];
    node.items.forEach((child, index) => {
      const result = item.validate(child, below(context, index, item));
      if (isLeft(result)) errors.push(...result.left);
      else decoded.push(result.right);
    });
    return errors.length > 0 ? t.failures(errors) : t.success(decoded);
  });
}
