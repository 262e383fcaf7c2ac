import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';
import type { ConfigMapping, ConfigNode, Place } from '../nodes/ConfigNode';

/** A codec from a placed node to one of our own configuration types; io-ts ends here. */
export type NodeCodec<A> = t.Decoder<ConfigNode, A>;

/**
 * What an io-ts error of this folder carries as its value: never the configured value itself, so that no
 * secret can slip out.
 */
export interface Finding {
  readonly place: Place;
  readonly remedy: string;
  /** Told before, by whoever read the node. */
  readonly told: boolean;
}

/** A codec of nodes; `name` is the expectation in words, such as "an integer from 0 to 65535". */
export function nodeCodec<A>(name: string, validate: t.Validate<ConfigNode, A>): NodeCodec<A> {
  const codec: NodeCodec<A> = {
    name,
    validate,
    decode: (node) => validate(node, [{ key: '', type: codec }]),
  };
  return codec;
}

/** One thing wrong at a place. */
export function fault(context: t.Context, place: Place, message: string, remedy = ''): t.ValidationError {
  const finding: Finding = { place, remedy, told: false };
  return { value: finding, context, message };
}

/** A failure of a node whose problem is already on the list. */
export function alreadyTold<A>(context: t.Context, place: Place): t.Validation<A> {
  const finding: Finding = { place, remedy: '', told: true };
  return t.failure(finding, context);
}

/** The context of what stands under a key, or under an index of a list. */
export function below(context: t.Context, key: string | number, codec: NodeCodec<unknown>): t.Context {
  return t.appendContext(context, typeof key === 'number' ? `[${key}]` : key, codec);
}

/** What a node is, for "expected …, got …"; says nothing of its content. */
export function kindOf(node: ConfigNode): string {
  if (node.kind === 'sequence') return 'a list';
  if (node.kind === 'mapping') return 'a section';
  if (node.kind === 'broken' || node.value === null) return 'nothing';
  if (typeof node.value === 'string') return 'text';
  if (typeof node.value === 'number') return 'a number';
  if (typeof node.value === 'boolean') return 'true or false';
  return `a JavaScript ${typeof node.value}`;
}

/** Nothing stands behind the colon. A variable that is empty is not meant so. */
export function isEmpty(node: ConfigNode): boolean {
  return node.kind === 'scalar' && node.value === null && node.variables.length === 0;
}

const nothing: ConfigMapping = { kind: 'mapping', place: { line: 0, column: 0 }, entries: new Map() };

/** What a section without a required key decodes to when nothing is given. */
export function defaultsOf<A>(codec: NodeCodec<A>): A {
  const decoded = codec.decode(nothing);
  if (isLeft(decoded)) throw new TypeError(`${codec.name} has a required key and no defaults`);
  return decoded.right;
}
