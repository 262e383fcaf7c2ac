import * as t from 'io-ts';

/** A codec of io-ts as it shows what it is made of. */
type Part =
  | t.TupleType<t.Mixed[]>
  | t.ExactType<t.Mixed>
  | t.DictionaryType<t.Mixed, t.Mixed>
  | t.ArrayType<t.Mixed>
  | t.ReadonlyArrayType<t.Mixed>
  | t.InterfaceType<t.AnyProps>
  | t.PartialType<t.AnyProps>
  | t.UnionType<t.Mixed[]>
  | t.IntersectionType<t.Mixed[]>
  | t.RefinementType<t.Mixed>
  | t.ReadonlyType<t.Mixed>
  | t.RecursiveType<t.Mixed>;

type Brand = Readonly<Record<string, symbol>>;
type IsKey = (key: string) => boolean;

/** Expected where there is something more; the name ends up in the error. */
const nothing: t.Mixed = new t.Type<unknown>('nothing', isNever, t.failure, t.identity);

/**
 * The same codec, except that it refuses what io-ts cuts off without a word: entries behind those of a tuple,
 * and keys that `strict`, `exact` or the domain of a record do not name. A union goes on to the member that
 * takes the value whole.
 *
 * A codec that does the checking itself (`new t.Type`, `pipe`, a clone with another `validate`) stays as it
 * is: what it drops is its purpose.
 */
export function refuseCuts<C extends t.Mixed>(codec: C): C {
  const closed = new Map<t.Mixed, t.Mixed>();
  return close(codec) as C;

  function close(codec: t.Mixed): t.Mixed {
    const known = closed.get(codec);
    if (known !== undefined) return known;
    const made = closeNew(codec);
    closed.set(codec, made);
    return made;
  }

  function closeNew(codec: t.Mixed): t.Mixed {
    const part = partsOf(codec);
    if (part === undefined) return codec;
    const made = rebuild(part, isOneOf(joining, part) ? reopen : close);
    if (part._tag === 'TupleType') {
      const { length } = part.types;
      return refuseMore(made, (value) =>
        Array.isArray(value) && value.length > length ? String(length) : undefined,
      );
    }
    const isKey = isOneOf(closing, part) ? namedKeys(part) : undefined;
    return isKey === undefined ? made : refuseMore(made, (value) => keysOf(value).find((key) => !isKey(key)));
  }

  /**
   * Within an intersection another member may name the key, so the keys are judged there; a value passes
   * whole.
   */
  function reopen(codec: t.Mixed): t.Mixed {
    const part = partsOf(codec);
    return part !== undefined && isOneOf(passing, part) ? rebuild(part, reopen) : close(codec);
  }
}

/** The codec made again of parts that `change` gives; exact only as its inner codec is. */
function rebuild(part: Part, change: (codec: t.Mixed) => t.Mixed): t.Mixed {
  const { name } = part;
  switch (part._tag) {
    case 'TupleType':
      return t.tuple(part.types.map(change) as [t.Mixed, t.Mixed], name);
    case 'ExactType':
      return change(part.type);
    case 'DictionaryType': {
      const record: t.Mixed = t.record(part.domain, change(part.codomain), name);
      // io-ts takes an array for a record of anything.
      return narrow(record, (value, context) =>
        Array.isArray(value) ? t.failure(value, context) : undefined,
      );
    }
    case 'ArrayType':
      return t.array(change(part.type), name);
    case 'ReadonlyArrayType':
      return t.readonlyArray(change(part.type), name);
    case 'InterfaceType':
      return t.type(changeProps(part.props, change), name);
    case 'PartialType':
      return t.partial(changeProps(part.props, change), name);
    case 'UnionType':
      return t.union(part.types.map(change) as [t.Mixed, t.Mixed], name);
    case 'IntersectionType':
      return t.intersection(part.types.map(change) as [t.Mixed, t.Mixed], name);
    case 'RefinementType':
      return t.brand(
        change(part.type),
        part.predicate as (value: unknown) => value is t.Branded<unknown, Brand>,
        name,
      );
    case 'ReadonlyType':
      return t.readonly(change(part.type), name);
    case 'RecursiveType':
      // Looked into when it is used, because its definition mentions itself.
      return t.recursion(name, () => change(part.type)) as t.Mixed;
  }
}

function changeProps(props: t.AnyProps, change: (codec: t.Mixed) => t.Mixed): t.Props {
  return Object.fromEntries(Object.entries(props).map(([key, codec]) => [key, change(codec)]));
}

type Tags = ReadonlySet<unknown>;
/** Let no keys through but those they name. */
const closing: Tags = new Set(['ExactType', 'DictionaryType', 'IntersectionType']);
/** Their parts are no values by themselves, so keys are judged for all of them together. */
const joining: Tags = new Set(['ExactType', 'IntersectionType']);
/** Hand the value they get to their parts. */
const passing: Tags = new Set([
  'ExactType',
  'IntersectionType',
  'UnionType',
  'RefinementType',
  'ReadonlyType',
  'RecursiveType',
]);
const tags: Tags = new Set([
  ...passing,
  'TupleType',
  'DictionaryType',
  'ArrayType',
  'ReadonlyArrayType',
  'InterfaceType',
  'PartialType',
]);

function isOneOf(tags: Tags, { _tag }: Part): boolean {
  return tags.has(_tag);
}

/**
 * undefined for a codec that is made of no others, or that checks in its own way: io-ts binds `decode` of
 * those it makes itself.
 */
function partsOf(codec: t.Mixed): Part | undefined {
  const isOwn = codec.decode.name.startsWith('bound ');
  return isOwn && '_tag' in codec && tags.has(codec._tag) ? (codec as Part) : undefined;
}

/** Which keys a codec names, so that io-ts cuts off the others; undefined when it lets all through. */
function namedKeys(codec: t.Mixed): IsKey | undefined {
  const part = partsOf(codec);
  if (part === undefined) return undefined;
  if (part._tag === 'ExactType') return propNames(part.type);
  if (part._tag === 'DictionaryType') return (key) => part.domain.is(key);
  if (part._tag === 'RefinementType' || part._tag === 'ReadonlyType') return namedKeys(part.type);
  if (part._tag !== 'IntersectionType' && part._tag !== 'UnionType') return undefined;
  const all = part.types.map(namedKeys);
  return all.includes(undefined) ? undefined : (key) => all.some((isKey) => isKey?.(key));
}

/** What `exact` may be made of. */
function propNames(codec: t.Mixed): IsKey {
  if ('props' in codec) return (key) => Object.hasOwn(codec.props as object, key);
  if ('types' in codec) {
    const all = (codec.types as readonly t.Mixed[]).map(propNames);
    return (key) => all.some((isKey) => isKey(key));
  }
  return 'type' in codec ? propNames(codec.type as t.Mixed) : () => true;
}

function isNever(_value: unknown): _value is unknown {
  return false;
}

function keysOf(value: unknown): readonly string[] {
  return t.UnknownRecord.is(value) ? Object.keys(value) : [];
}

/** The same codec; the first key that `findMore` finds in a value does not fit. */
function refuseMore(codec: t.Mixed, findMore: (value: unknown) => string | undefined): t.Mixed {
  return narrow(codec, (value, context) => {
    const key = findMore(value);
    if (key === undefined) return undefined;
    const more = (value as Readonly<Record<string, unknown>>)[key];
    return t.failure(more, t.appendContext(context, key, nothing, more));
  });
}

/** The same codec, in the eyes of unions and `exact` too, except for values that `refuse` refuses. */
function narrow(
  codec: t.Mixed,
  refuse: (value: unknown, context: t.Context) => t.Validation<never> | undefined,
): t.Mixed {
  const narrowed: t.Mixed = new t.Type<unknown>(
    codec.name,
    (value): value is unknown => refuse(value, []) === undefined && codec.is(value),
    (value, context) => refuse(value, context) ?? codec.validate(value, context),
    codec.encode,
  );
  // What it is made of: io-ts asks for it where it tells members of a union apart.
  return Object.assign(Object.create(codec) as t.Mixed, narrowed);
}
