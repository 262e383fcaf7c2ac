import { BadOption } from '../errors/setUp';

/** @throws BadOption (ERR_BAD_OPTION) for a speed that is none. */
export function checkSpeed(speed: number | 'max'): void {
  if (speed !== 'max' && !(speed > 0))
    throw new BadOption(`speed: expected a number > 0 or max, got ${speed}`);
}
