/** Tells when nothing goes on any more. */
export interface Watch {
  /** Something went on. */
  goesOn(): void;
  stop(): void;
}

/**
 * Calls back once `goesOn` was not called for `stuckMs` of real time: programs of other processes have no
 * other.
 */
export function createWatch(stuckMs: number, onStuck: (error: Error) => void): Watch {
  let timer: NodeJS.Timeout | undefined;
  const goesOn = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => onStuck(new Error(`nothing went on for ${stuckMs} ms`)), stuckMs);
  };
  goesOn();
  return { goesOn, stop: () => clearTimeout(timer) };
}
