import type { Io, StopCause } from './Io';

/** Resolves when the command is asked to end. */
export function stopped({ stop }: Pick<Io, 'stop'>): Promise<StopCause> {
  return new Promise((resolve) => {
    const done = (): void => resolve(stop.reason as StopCause);
    if (stop.aborted) done();
    else stop.addEventListener('abort', done, { once: true });
  });
}
