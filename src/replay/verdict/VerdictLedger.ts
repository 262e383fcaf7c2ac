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
  /** Messages whose answer is lacking in the recording for no reason that it tells. */
  #unheld = 0;
  #firstUnheld = '';
  #isCut = false;
  readonly #allowsCut: boolean;
  ignored = 0;
  notCompared = 0;

  constructor(options: CompareOptions) {
    this.#limit = options.maxDifferences ?? 1000;
    this.#allowsCut = options.cut === 'allow';
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

  /** The recording ends in the middle of a line. */
  cutShort(): void {
    this.#isCut = true;
  }

  /**
   * The recording holds no end of an answer that the replay gave, and nothing that explains it. `place`: of
   * the message.
   */
  unheld(place: string): void {
    if (this.#unheld === 0) this.#firstUnheld = place;
    this.#unheld += 1;
  }

  verdict(rules: ComparisonRules): Verdict {
    const cuts = this.#cuts();
    const shortfalls = [
      ...rules.shortfalls(this.#compared, (action) => this.#comparedOf(action)),
      ...(this.#allowsCut ? [] : cuts.map((cut) => `${cut}; record it anew, or allow that with cut: allow`)),
    ];
    return {
      passed: this.#compared > 0 && this.#differenceCount === 0 && shortfalls.length === 0,
      compared: this.#compared,
      ignored: this.ignored,
      notCompared: this.notCompared,
      differenceCount: this.#differenceCount,
      differences: this.#differences,
      notes: this.#notes,
      noteCount: this.#noteCount,
      remarks: [...this.#remarks, ...(this.#allowsCut ? cuts : [])],
      shortfalls,
      unusedRules: rules.unused,
      actions: [...this.#actions.values()],
    };
  }

  /** What shows that the recording is cut, a sentence each. */
  #cuts(): readonly string[] {
    if (this.#isCut) return ['the recording is cut: it ends in the middle of a line'];
    if (this.#unheld === 0) return [];
    const messages = this.#unheld === 1 ? '1 message' : `${this.#unheld} messages`;
    return [
      `the recording is cut: it holds no answer to ${messages} (first: ${this.#firstUnheld}), and nothing that says why`,
    ];
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
