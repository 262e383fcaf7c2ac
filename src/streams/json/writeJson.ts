import { types } from 'node:util';
import { Unencodable } from '../../errors/sending';

/** Python gives up there too: its json module recurses, and its recursion limit is 1000. */
const MAX_DEPTH = 1000;

/**
 * Writes any value as `encodeJson` promises, with care instead of speed: it is for what JSON.stringify would
 * change, and tells what cannot be written by its path. Throws Unencodable (ERR_UNENCODABLE).
 */
export function writeJson(value: unknown): string {
  return write(value, '', { path: [], ancestors: new Set() }) ?? 'null';
}

interface Place {
  readonly path: (string | number)[];
  readonly ancestors: Set<object>;
}

/** Undefined for a value that an object omits. */
function write(given: unknown, key: string, place: Place): string | undefined {
  const value = unwrap(given, key, place);
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      // Python reads -0 as the integer 0.
      return Object.is(value, -0) ? '-0.0' : String(value);
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'undefined':
      return undefined;
    case 'function':
      return refuse(place, 'a function', 'send its result');
    case 'symbol':
      return refuse(place, 'a symbol', 'send a string');
    case 'object':
      return value === null ? 'null' : writeObject(value, place);
    default: {
      const impossible: never = value;
      return impossible;
    }
  }
}

/** What toJSON makes of the value, and primitives out of their wrapper objects. */
function unwrap(value: unknown, key: string, place: Place): Json {
  if (typeof value !== 'object' || value === null) return value as Json;
  // Before toJSON, because a Buffer has one that writes each byte as a number.
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) {
    const remedy = 'send bytes as the whole value, or put them in as Array.from(bytes) or base64 text';
    refuse(place, nameOf(value), remedy);
  }
  const { toJSON } = value as { readonly toJSON?: unknown };
  const made: unknown = typeof toJSON === 'function' ? toJSON.call(value, key) : value;
  if (made === null && types.isDate(value)) refuse(place, 'an invalid Date', 'send a valid one, or null');
  return (types.isBoxedPrimitive(made) ? made.valueOf() : made) as Json;
}

/** Everything a value can be by typeof. */
type Json = string | number | bigint | boolean | undefined | symbol | object | null | (() => void);

function writeObject(value: object, place: Place): string {
  if (types.isMap(value)) refuse(place, 'a Map', 'send Object.fromEntries(map) or [...map]');
  if (types.isSet(value)) refuse(place, 'a Set', 'send [...set]');
  if (types.isWeakMap(value) || types.isWeakSet(value)) refuse(place, nameOf(value), 'send its content');
  if (types.isPromise(value)) refuse(place, 'a promise', 'await it first');
  if (types.isNativeError(value) || value instanceof Error)
    refuse(place, 'an Error', 'throw it, or send its message');
  if (place.ancestors.has(value))
    refuse(place, 'a reference to an object around it', 'send a tree without cycles');
  if (place.path.length >= MAX_DEPTH)
    refuse(place, `nested deeper than ${MAX_DEPTH}`, 'send a flatter value');
  place.ancestors.add(value);
  const text = Array.isArray(value) ? writeArray(value, place) : writeMembers(value, place);
  place.ancestors.delete(value);
  return text;
}

function writeArray(values: readonly unknown[], place: Place): string {
  const items: string[] = [];
  for (let index = 0; index < values.length; index += 1) {
    place.path.push(index);
    items.push(write(values[index], String(index), place) ?? 'null');
    place.path.pop();
  }
  return `[${items.join(',')}]`;
}

function writeMembers(value: object, place: Place): string {
  const members: string[] = [];
  const entries = Object.entries(value) as [string, unknown][];
  if (entries.length === 0 && holdsElsewhere(value)) {
    refuse(place, `${nameOf(value)} without fields of its own`, 'send its content, or give it a toJSON');
  }
  for (const [key, member] of entries) {
    place.path.push(key);
    const text = write(member, key, place);
    if (text !== undefined) members.push(`${JSON.stringify(key)}:${text}`);
    place.path.pop();
  }
  return `{${members.join(',')}}`;
}

/**
 * It is no empty object, although it would be written as {}: what it holds is private, behind getters,
 * inherited or inside the machine.
 */
function holdsElsewhere(value: object): boolean {
  if (Object.prototype.toString.call(value) !== '[object Object]') return true;
  const above = (object: object): object | null => Object.getPrototypeOf(object) as object | null;
  // The last prototype is that of all objects, in whatever realm.
  for (let made = above(value); made !== null && above(made) !== null; made = above(made)) {
    if (Reflect.ownKeys(made).some((key) => key !== 'constructor')) return true;
  }
  return false;
}

function nameOf(value: object): string {
  const { constructor } = value as { readonly constructor?: unknown };
  const name = typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'object';
  return `${/^[aeio]/i.test(name) ? 'an' : 'a'} ${name}`;
}

function refuse(place: Place, what: string, remedy: string): never {
  throw new Unencodable(`${pathText(place.path)} is ${what}, which JSON cannot hold: ${remedy}`);
}

/** $.channels[3]["unit of U"]; the middle of a very long path is left out. */
function pathText(path: readonly (string | number)[]): string {
  const steps = path.map((step) =>
    typeof step === 'number'
      ? `[${step}]`
      : /^[A-Za-z_$][\w$]*$/.test(step)
        ? `.${step}`
        : `[${JSON.stringify(step)}]`,
  );
  if (steps.length > 20) steps.splice(10, steps.length - 20, '…');
  return `$${steps.join('')}`;
}
