import { BadOption } from '../errors/setUp';

/** Throws ERR_BAD_OPTION unless `holds`. */
export function requireOption(holds: boolean, expectation: string): void {
  if (!holds) throw new BadOption(expectation);
}
