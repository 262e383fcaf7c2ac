/** Where something stands in its text, both 1-based; 0 when the configuration came as an object. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * The tree of `Socket_connection` that the codecs read: aliases, merges, tags and environment variables are
 * resolved, and each part knows its place.
 */
export type ConfigNode = ConfigScalar | ConfigSequence | ConfigMapping | BrokenNode;

export interface ConfigScalar {
  readonly kind: 'scalar';
  readonly place: Place;
  /** As YAML 1.1 reads it: text, number, boolean or null. From an object: whatever the program gave. */
  readonly value: unknown;
  /** As it is written, after substitution. */
  readonly text: string;
  /** Environment variables it was made of; their values are never printed. */
  readonly variables: readonly string[];
}

interface ConfigSequence {
  readonly kind: 'sequence';
  readonly place: Place;
  readonly items: readonly ConfigNode[];
}

export interface ConfigMapping {
  readonly kind: 'mapping';
  /** The place of the key it belongs to, when it has one. */
  readonly place: Place;
  readonly entries: ReadonlyMap<string, ConfigEntry>;
}

export interface ConfigEntry {
  readonly place: Place;
  readonly node: ConfigNode;
}

/** What could not be read; the problem is already on the list, so nothing more is said about it. */
interface BrokenNode {
  readonly kind: 'broken';
  readonly place: Place;
}

const PLAIN_KEY = /^[\p{L}\p{N}_-]+$/u;

/**
 * Adds a key to a path for people; a key that holds dots or spaces is quoted.
 *
 * @example joinPath('Client', 'lab 2') // 'Client["lab 2"]'
 */
export function joinPath(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  if (!PLAIN_KEY.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}
