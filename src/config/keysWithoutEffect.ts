/**
 * Keys that are read and checked but change nothing yet; `*` is any client. Whoever builds the effect removes
 * the entry. A security key refuses to start, because whoever wrote it relies on it; the others are named in
 * one warning.
 */
export const keysWithoutEffect = {
  security: [],
  others: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;
