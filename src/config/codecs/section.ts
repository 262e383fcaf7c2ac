import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';
import { nearestName } from '../../runtime/nearestName';
import type { ConfigEntry, ConfigMapping, ConfigNode } from '../nodes/ConfigNode';
import { type NodeCodec, alreadyTold, below, fault, isEmpty, kindOf, nodeCodec } from './nodeCodec';

/**
 * The key that was probably meant: the nearest one, or one whose beginning was typed (keys end in their
 * unit).
 *
 * @example nearestKey('Ack_timeout', ['Ack_timeout_ms']) // 'Ack_timeout_ms'
 */
function nearestKey(typed: string, keys: readonly string[]): string | undefined {
  const start = typed.toLowerCase();
  return (
    nearestName(typed, keys) ??
    (start.length < 4 ? undefined : keys.find((key) => key.toLowerCase().startsWith(start)))
  );
}

/**
 * A codec of a mapping with a fixed set of keys. Finds every problem of the section at once; a key that is
 * not known gets the nearest one that is. A section with nothing under its key counts as one with no keys, so
 * that a commented-out body is no mistake.
 *
 * @param name what it is, such as "a host"
 */
export function section<T>(
  name: string,
  fields: SectionFields<T>,
  rule: SectionRule<T> = () => [],
): NodeCodec<T> {
  const known = Object.entries(fields) as unknown as readonly (readonly [string, SectionField<unknown>])[];
  const keys = known.map(([, field]) => field.key);
  return nodeCodec(name, (node, context) => {
    if (node.kind === 'broken') return alreadyTold(context, node.place);
    const entries = entriesOf(node);
    if (entries === undefined) {
      const remedy = `its keys are ${keys.join(', ')}`;
      return t.failures([fault(context, node.place, `expected ${name}, got ${kindOf(node)}`, remedy)]);
    }
    const errors: t.ValidationError[] = [];
    const meant = new Set<string>();
    for (const [key, entry] of entries) {
      if (keys.includes(key)) continue;
      const { shown, near, message, remedy } = judgeUnknown(key, keys, entries);
      if (near !== undefined) meant.add(near);
      errors.push(
        fault(t.appendContext(context, shown, t.unknown), entry.place, `${message} ${name}`, remedy),
      );
    }
    const decoded: Record<string, unknown> = {};
    for (const [property, field] of known) {
      const entry = entries.get(field.key);
      if (entry !== undefined) {
        const result = field.codec.validate(entry.node, below(context, field.key, field.codec));
        if (isLeft(result)) errors.push(...result.left);
        else decoded[property] = result.right;
      } else if (typeof field.absent === 'object') {
        decoded[property] = field.absent.fallback;
      } else if (field.absent === 'required' && !meant.has(field.key)) {
        const where = below(context, field.key, field.codec);
        errors.push(fault(where, node.place, 'is missing', `add ${field.key}: ${field.codec.name}`));
      }
    }
    for (const { key, message, remedy } of rule(decoded as Partial<T>)) {
      const where = key === '' ? context : t.appendContext(context, key, t.unknown);
      errors.push(fault(where, entries.get(key)?.place ?? node.place, message, remedy));
    }
    // Complete by construction: every property of T has a field, and a required one that is absent is an
    // error.
    return errors.length > 0 ? t.failures(errors) : t.success(decoded as T);
  });
}

/** Says of a key that is not known what was probably meant. */
function judgeUnknown(
  key: string,
  keys: readonly string[],
  entries: ReadonlyMap<string, ConfigEntry>,
): { shown: string; near: string | undefined; message: string; remedy: string } {
  const [before = ''] = key.split(':', 1);
  if (before !== key && keys.includes(before)) {
    // YAML takes the whole of {Token:abc} for a key; only the part before the colon is shown.
    const remedy = `write "${before}: " and the value`;
    return { shown: before, near: before, message: 'needs a space after its colon in', remedy };
  }
  const free = keys.filter((known) => !entries.has(known));
  const near = nearestKey(key, free);
  const remedy = near === undefined ? `its keys are ${keys.join(', ')}` : `did you mean ${near}?`;
  return { shown: key, near, message: 'is no key of', remedy };
}

function entriesOf(node: ConfigNode): ReadonlyMap<string, ConfigEntry> | undefined {
  if (isEmpty(node)) return empty;
  return node.kind === 'mapping' ? node.entries : undefined;
}

const empty: ConfigMapping['entries'] = new Map();

/** How one key of a section becomes one field of our type. */
interface SectionField<A> {
  /** As users write it. */
  readonly key: string;
  readonly codec: NodeCodec<A>;
  readonly absent: 'required' | 'omitted' | { readonly fallback: A };
}

/** A field for every property of T; only an optional property may be omitted. */
type SectionFields<T> = {
  readonly [K in keyof T]-?: SectionField<T[K]> &
    (Record<never, never> extends Pick<T, K>
      ? unknown
      : { readonly absent: 'required' | { readonly fallback: T[K] } });
};

/** A key that must be there. */
export function required<A>(key: string, codec: NodeCodec<A>) {
  return { key, codec, absent: 'required' } as const;
}

/** A key whose property is absent with it. */
export function optional<A>(key: string, codec: NodeCodec<A>) {
  return { key, codec, absent: 'omitted' } as const;
}

/** A key with a default. */
export function withDefault<A>(key: string, codec: NodeCodec<A>, fallback: A) {
  return { key, codec, absent: { fallback } } as const;
}

/** What a rule found under one of the keys; '' is the section itself. */
export interface RuleFinding {
  readonly key: string;
  readonly message: string;
  readonly remedy: string;
}

/** Looks at several fields together; gets only those that are right by themselves. */
type SectionRule<T> = (value: Partial<T>) => readonly RuleFinding[];
