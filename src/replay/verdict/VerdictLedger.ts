import type { CompareOptions } from './CompareOptions';
import type { ComparisonRules } from './ComparisonRules';
import type { ActionVerdict, Difference, Verdict } from './Verdict';

type Tally = { -readonly [K in keyof ActionVerdict]: ActionVerdict[K] };

/** Counts what a comparison finds. */
export class VerdictLedger {
  readonly #limit: number;
  readonly #differences: Difference[] = [];
  readonly #notes: Difference[] = [];
  readonly #actions = new Map<string, Tally>();
  #differenceCount = 0;
  #noteCount = 0;
  #compared = 0;
  readonly #remarks: string[] = [];
  ignored = 0;
  notCompared = 0;

  constructor(options: CompareOptions) {
    this.#limit = options.maxDifferences ?? 1000;
  }

  compared(side: string, action: string): void {
    this.#compared += 1;
    this.#tally(side, action).compared += 1;
  }

  differs(difference: Difference): void {
    this.#differenceCount += 1;
    this.#tally(difference.side, difference.action).differences += 1;
    if (this.#differences.length < this.#limit) this.#differences.push(difference);
  }

  note(difference: Difference): void {
    this.#noteCount += 1;
    if (this.#notes.length < this.#limit) this.#notes.push(difference);
  }

  remark(text: string): void {
    this.#remarks.push(text);
  }

  verdict(rules: ComparisonRules): Verdict {
    const shortfalls = rules.shortfalls(this.#compared, (action) => this.#comparedOf(action));
    return {
      passed: this.#compared > 0 && this.#differenceCount === 0 && shortfalls.length === 0,
      compared: this.#compared,
      ignored: this.ignored,
      notCompared: this.notCompared,
      differenceCount: this.#differenceCount,
      differences: this.#differences,
      notes: this.#notes,
      noteCount: this.#noteCount,
      remarks: this.#remarks,
      shortfalls,
      unusedRules: rules.unused,
      actions: [...this.#actions.values()],
    };
  }

  /** Of all sides. */
  #comparedOf(wanted: string): number {
    let count = 0;
    for (const { action, compared } of this.#actions.values()) if (action === wanted) count += compared;
    return count;
  }

  #tally(side: string, action: string): Tally {
    const key = JSON.stringify([side, action]);
    let tally = this.#actions.get(key);
    if (tally === undefined) {
      tally = { side, action, compared: 0, differences: 0 };
      this.#actions.set(key, tally);
    }
    return tally;
  }
}
