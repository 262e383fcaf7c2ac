import { TestScheduler, type RunHelpers } from 'rxjs/testing';

/** Runs marbles in virtual frames and compares deeply. */
export function marbles(run: (helpers: RunHelpers) => void): void {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(run);
}
