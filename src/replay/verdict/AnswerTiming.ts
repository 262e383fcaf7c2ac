import { BadOption } from '../../errors/setUp';
import type { CompareOptions } from './CompareOptions';

/** Without a tolerance of the user's: what is worth a note. */
const noteworthy = { absolute: 100, relative: 0.5 };

/** Whether answers took the time that they took when they were recorded. */
export class AnswerTiming {
  /** The user gave a tolerance, so that another time is a difference. */
  readonly isAsserted: boolean;
  readonly #absolute: number;
  readonly #relative: number;
  readonly #isPaced: boolean;

  /**
   * @param isPaced recorded pauses were kept, so that an answer can be too early.
   * @throws BadOption (ERR_BAD_OPTION) for a tolerance that is none.
   */
  constructor({ timing }: CompareOptions, isPaced: boolean) {
    const { absolute = 0, relative = 0 } = timing ?? noteworthy;
    if (!(absolute >= 0 && relative >= 0)) {
      throw new BadOption('timing: absolute (milliseconds) and relative (a fraction) must be numbers >= 0');
    }
    this.isAsserted = timing !== undefined;
    this.#absolute = absolute;
    this.#relative = relative;
    this.#isPaced = isPaced;
  }

  /** Undefined when both times, in milliseconds, are near enough. */
  judge(expectedMs: number, actualMs: number): 'slower' | 'faster' | undefined {
    const allowedMs = Math.max(this.#absolute, expectedMs * this.#relative);
    if (actualMs - expectedMs > allowedMs) return 'slower';
    return this.#isPaced && expectedMs - actualMs > allowedMs ? 'faster' : undefined;
  }
}
