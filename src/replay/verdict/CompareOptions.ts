/** Which differences count. */
export interface CompareOptions {
  /**
   * What is not compared: paths such as `result.timestamp`, `value.runs[*].id`, `**.id` (see `JsonPath`), or `type:iso-time` and
   * `type:uuid`, which hold wherever both values are of that type.
   */
  readonly ignore?: readonly string[];
  /** Numbers that may differ; without one, numbers must be equal (NaN equals NaN, 1.0 equals 1). */
  readonly tolerance?: readonly NumberTolerance[];
  /** Changes values on both sides before they are compared. */
  readonly normalise?: readonly Normaliser[];
  /**
   * How much longer or shorter an answer may take than recorded. With it, an answer outside is a difference (`slower`, `faster`); without it,
   * one that is off by more than 100 ms and half of its recorded time is a note of the verdict.
   */
  readonly timing?: TimingTolerance;
  /** How many differences the verdict describes; all are counted. Default 1000. */
  readonly maxDifferences?: number;
}

/** Two numbers are near enough when either of the given bounds holds. */
export interface NumberTolerance {
  /** Default: everywhere. */
  readonly path?: string;
  /** Largest difference. */
  readonly absolute?: number;
  /** Largest difference as a fraction of the recorded number. */
  readonly relative?: number;
}

/** A time is near enough when either of the given bounds holds. */
export interface TimingTolerance {
  /** Milliseconds. */
  readonly absolute?: number;
  /** Fraction of the recorded time. */
  readonly relative?: number;
}

/** What to make of a value before it is compared. */
export interface Normaliser {
  readonly path: string;
  readonly with: (value: unknown) => unknown;
}
