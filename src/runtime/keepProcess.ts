// Taken at load: a timer of fake timers keeps no process.
const { setInterval } = globalThis;

/** Never mind how long: it only has to be there. */
const PERIOD_MS = 2 ** 31 - 1;

let awaited = 0;
let timer: NodeJS.Timeout | undefined;

/**
 * Somebody awaits something: the process stays until `letProcessEnd` was called as often, also when no socket
 * or file keeps it, since Node would end it in the middle of an `await`.
 */
export function keepProcess(): void {
  awaited += 1;
  if (awaited > 1) return;
  timer ??= setInterval(() => undefined, PERIOD_MS);
  timer.ref();
}

/** What was awaited has ended. */
export function letProcessEnd(): void {
  awaited -= 1;
  if (awaited === 0) timer?.unref();
}

/** The same promise; the process stays until it is settled. */
export function keepProcessFor<T>(promise: Promise<T>): Promise<T> {
  keepProcess();
  return promise.finally(letProcessEnd);
}
