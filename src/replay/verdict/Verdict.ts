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

/** What comparing a replay with its recording came to. */
export interface Verdict {
  /** No difference, something was compared, and nothing fell short. */
  readonly passed: boolean;
  /** Acknowledgements and sends that were held against a recorded one. */
  readonly compared: number;
  /** Values within them that a rule, or redaction, kept out. */
  readonly ignored: number;
  /**
   * Messages whose outcome the recording does not hold: unconfirmed, cancelled, cut off, or lost by the
   * recorder; and those whose whole value a rule or redaction kept out.
   */
  readonly notCompared: number;
  /** How many differences there are. */
  readonly differenceCount: number;
  /** The first of them, `maxDifferences` at most. */
  readonly differences: readonly Difference[];
  /**
   * What is not as recorded and yet no difference: answers that took another time (`slower`, `faster`), and
   * answers and sends that took their time and overtook one another (`reordered`). The first of them,
   * `maxDifferences` at most.
   */
  readonly notes: readonly Difference[];
  /** How many notes there are. */
  readonly noteCount: number;
  /**
   * What else is to be known of the comparison, for people: connections that were recorded in part, messages
   * that were not sent.
   */
  readonly remarks: readonly string[];
  /**
   * Why it does not pass though nothing differs, a sentence each: of what fewer were compared than
   * `minCompared` wants, that the recording is cut.
   */
  readonly shortfalls: readonly string[];
  /** Rules that met nothing: likely misspelled, or no longer needed. */
  readonly unusedRules: readonly string[];
  /** By side and action, in the order met. */
  readonly actions: readonly ActionVerdict[];
}

/** One acknowledgement or send that is not as recorded. Of values, what is secret stands as `[redacted]`. */
export interface Difference {
  /**
   * `changed`: another value or status. `missing`: recorded, and did not come. `unanswered`: the same, since
   * the host gave no answer in time. `extra`: came, and is not recorded. `reordered`: came at another place.
   * `slower`, `faster`: took another time.
   */
  readonly kind: 'changed' | 'missing' | 'unanswered' | 'extra' | 'reordered' | 'slower' | 'faster';
  readonly what: 'acknowledgement' | 'send';
  readonly side: string;
  readonly link: number;
  /** Of the message. */
  readonly id: number;
  readonly action: string;
  /** When the recorded one happened, or the extra one; milliseconds. */
  readonly at: number;
  /**
   * Where the recorded event stands, such as `night.ndjson:12`, or `line 12` of what is no file. Absent when
   * `extra`, and where events were handed in that were not read.
   */
  readonly place?: string;
  /**
   * Of an acknowledgement: the value of its message as recorded. Absent when the recording holds no such
   * message, and for an order or a time.
   */
  readonly request?: unknown;
  /**
   * The whole result, or value of a send, as recorded. Absent when there is none, and for an order or a time.
   */
  readonly recorded?: unknown;
  /** The whole one of the replay; likewise. */
  readonly replayed?: unknown;
  /** Where the values differ; none when `reordered`. The path of a time is `ms`. */
  readonly changes: readonly ValueChange[];
}

/** The count for one action of one side. */
export interface ActionVerdict {
  readonly side: string;
  readonly action: string;
  readonly compared: number;
  readonly differences: number;
}
