/** One place where two values differ. */
export interface ValueChange {
  /** Such as `result.points[3].t`. */
  readonly path: string;
  readonly kind: 'changed' | 'missing' | 'extra';
  /** undefined when `extra`. */
  readonly expected: unknown;
  /** undefined when `missing`. */
  readonly actual: unknown;
}
