import type { Place } from './ConfigNode';

/**
 * The tree as it was written, before aliases, merges and tags mean anything. An alias is the very node it
 * names, so this is a graph: parts may be shared, and may even contain themselves.
 */
export type RawNode = RawScalar | RawSequence | RawMapping;

export interface RawScalar {
  readonly kind: 'scalar';
  readonly place: Place;
  /** Such as `!!str`; '' without one. */
  readonly tag: string;
  readonly text: string;
  /** Not in quotes, so that it may mean something else than text. */
  readonly plain: boolean;
  /** What it means without its tag. */
  readonly value: unknown;
  /** The plain `<<` that starts a merge when it is a key. */
  readonly isMerge: boolean;
}

export interface RawSequence {
  readonly kind: 'sequence';
  readonly place: Place;
  readonly tag: string;
  readonly items: readonly RawNode[];
}

export interface RawMapping {
  readonly kind: 'mapping';
  readonly place: Place;
  readonly tag: string;
  readonly pairs: readonly RawPair[];
}

export interface RawPair {
  readonly key: RawNode;
  readonly value: RawNode;
}
