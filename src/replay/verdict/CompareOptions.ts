/** Rules that hold for all actions, or for one. */
export interface ActionRules {
  /**
   * What is not compared: paths such as `result.timestamp`, `value.runs[*].id`, `**.id` (see `JsonPath`), or
   * `type:iso-time` and `type:uuid`, which hold wherever both values are of that type.
   */
  readonly ignore?: readonly string[];
  /**
   * Paths of values that are secret, such as `value.password`: not compared, and hidden in whatever is
   * written. Unlike a path of `ignore`, one that met nothing is not listed among the unused rules.
   */
  readonly redact?: readonly string[];
  /** Numbers that may differ; without one, numbers must be equal (NaN equals NaN, 1.0 equals 1). */
  readonly tolerance?: readonly NumberTolerance[];
  /**
   * The same answers and sends in any order: each must be there and as recorded, only its place does not
   * count. Default false.
   */
  readonly unordered?: boolean;
  /**
   * Fewer acknowledgements and sends that were held against a recorded one are a failure, named in
   * `shortfalls`. Default 1 over all actions.
   */
  readonly minCompared?: number;
}

/** Which differences count. */
export interface CompareOptions extends ActionRules {
  /** Rules for one action beside those for all; `minCompared` counts those of the action. */
  readonly actions?: Readonly<Record<string, ActionRules>>;
  /** Changes values on both sides before they are compared. */
  readonly normalise?: readonly Normaliser[];
  /**
   * How much longer or shorter an answer may take than recorded. With it, an answer outside is a difference
   * (`slower`, `faster`); without it, one that is off by more than 100 ms and half of its recorded time is a
   * note of the verdict.
   */
  readonly timing?: TimingTolerance;
  /**
   * Whether a recording may be cut: its last line ends in the middle, or it holds no answer to a message that
   * the replay answers and nothing in it says why (no cancel, no end of the connection, no recorder that was
   * stopped meanwhile). Default `refuse`: then the verdict does not pass; `allow` makes it a remark. Events
   * that were handed in, not read, are taken for whole.
   */
  readonly cut?: 'refuse' | 'allow';
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
