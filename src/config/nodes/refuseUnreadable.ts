import type { ProblemList } from './ProblemList';
import type { RawMapping, RawNode, RawScalar } from './RawNode';
import { isDate, scalarTags, scalarFault } from './resolveScalar';

const collectionTags: Readonly<Record<string, RawNode['kind']>> = {
  '!!map': 'mapping',
  '!!set': 'mapping',
  '!!seq': 'sequence',
};

/**
 * Puts on the list what PyYAML cannot read anywhere in the file, although it is YAML: COMET would not start
 * with it. `read` is the part that was read for its meaning; nothing is said of that. Tags that are none of
 * YAML's own are left to whoever reads that part.
 */
export function refuseUnreadable(
  root: RawNode | undefined,
  read: RawNode | undefined,
  problems: ProblemList,
): void {
  const seen = new Set<RawNode | undefined>([read]);
  if (root !== undefined) visit(root);

  function visit(node: RawNode): void {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === 'scalar') {
      visitScalar(node);
      return;
    }
    const expected = collectionTags[node.tag] ?? (Object.hasOwn(scalarTags, node.tag) ? 'scalar' : node.kind);
    if (expected !== node.kind) refuseTag(node);
    if (node.kind === 'sequence') node.items.forEach(visit);
    else visitPairs(node);
  }

  function visitPairs({ pairs }: RawMapping): void {
    for (const { key, value } of pairs) {
      if (key.kind !== 'scalar') problems.add(key.place, '', 'a key must be text, not a list or section');
      else if (!key.isMerge && key.text !== '=') visit(key);
      const merged = value.kind === 'sequence' ? value.items : [value];
      if (key.kind === 'scalar' && key.isMerge && merged.some(({ kind }) => kind !== 'mapping')) {
        problems.add(
          key.place,
          '',
          '<< takes a section or a list of them',
          'write <<: *name, where &name stands before a section',
        );
      } else visit(value);
    }
  }

  function visitScalar(scalar: RawScalar): void {
    const [message, remedy] = scalarProblem(scalar) ?? [];
    if (message !== undefined) problems.add(scalar.place, '', message, remedy);
  }

  function refuseTag({ place, tag }: RawNode): void {
    problems.add(place, '', `is tagged ${tag} but written as something else`, 'remove the tag');
  }
}

/** Why PyYAML cannot read a scalar, and what to do: [message, remedy]; undefined when it can. */
export function scalarProblem({ tag, text, plain }: RawScalar): readonly [string, string] | undefined {
  const meaning = Object.hasOwn(scalarTags, tag) ? scalarTags[tag]?.(text) : text;
  if (
    meaning === undefined ||
    Object.hasOwn(collectionTags, tag) ||
    (tag === '!!timestamp' && !isDate(text))
  ) {
    return [`is tagged ${tag} but written as something else`, 'remove the tag'];
  }
  const fault = plain ? scalarFault(text) : undefined;
  return fault === undefined
    ? undefined
    : [fault, 'put it in quotes; PyYAML, which COMET reads the file with, stops here'];
}
