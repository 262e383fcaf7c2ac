/** Where something stands in its text, both 1-based; 0 when the configuration came as an object. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * The tree of `Socket_connection` that the codecs read: aliases, merges, tags and environment variables are resolved, and each part
 * knows its place.
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

export interface ConfigSequence {
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
export interface BrokenNode {
  readonly kind: 'broken';
  readonly place: Place;
}
