import { yieldTurn } from './Clock';

/** Steps in a row, and milliseconds of them, after which timers and sockets have their turn. */
const STEPS = 64;
const SLICE_MS = 5;

// Kept at load: time may be replaced later, and what is measured here is how long the machine is kept.
const realNow = performance.now.bind(performance);

let steps = 0;
let startedAt = 0;

/**
 * Counts one step of work that may go on and on without ever waiting, such as pulling from a generator: all
 * such work of the process together has 64 steps or 5 ms in a row. Undefined: go on; otherwise await it
 * first.
 */
export function fairStep(): Promise<void> | undefined {
  if (steps === 0) {
    startedAt = realNow();
    yieldTurn(endSlice);
  }
  steps += 1;
  return steps < STEPS && realNow() - startedAt < SLICE_MS ? undefined : new Promise(yieldTurn);
}

function endSlice(): void {
  steps = 0;
}
