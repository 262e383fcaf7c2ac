import type { Recording } from '../testing/index';
import { createCliLogger } from './createCliLogger';
import type { Output } from './Io';

/** Tells what one should know of a recording that was read to its end, such as a cut last line. */
export function warnAbout(recording: Recording, output: Output): void {
  const logger = createCliLogger(output);
  for (const warning of recording.warnings) logger.warn({}, warning);
}
