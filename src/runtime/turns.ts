// Taken at load: fake timers of a test runner replace these as well, and nobody advances time for what takes
// none. Timers, Date and performance are looked up at each call instead (systemClock), so that fake timers
// drive our timeouts.
const { queueMicrotask, setImmediate } = globalThis;

/** Calls back when what is running now has returned, before timers and sockets have a turn. */
export const nextMicrotask: (callback: () => void) => void = queueMicrotask;

/** Calls back after timers and sockets have had a turn. */
export const nextTurn: (callback: () => void) => void = setImmediate;
