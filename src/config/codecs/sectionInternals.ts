import type { NodeCodec } from './codecInternals';

/** How one key of a section becomes one field of our type. */
export interface SectionField<A> {
  /** As users write it. */
  readonly key: string;
  readonly codec: NodeCodec<A>;
  readonly absent: 'required' | 'omitted' | { readonly fallback: A };
}

/** A field for every property of T; only an optional property may be omitted. */
export type SectionFields<T> = {
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
export type SectionRule<T> = (value: Partial<T>) => readonly RuleFinding[];
