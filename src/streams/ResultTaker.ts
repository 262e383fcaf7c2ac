import type { NextOutcome } from './ReplyPort';

/** What becomes of the results of a handler that answers with several. After `failed` or `ended` nothing more comes. */
export interface ResultTaker {
  /** Throws what is wrong with a result. */
  next(value: unknown): NextOutcome;
  failed(error: unknown): void;
  ended(): void;
  /** Something went wrong that changes nothing. */
  report(error: unknown): void;
}
