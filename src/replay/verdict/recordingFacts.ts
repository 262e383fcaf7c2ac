import { keptRedaction } from '../../recording/format/keptRedaction';
import type { CompareOptions } from './CompareOptions';

/** What a recording may tell beside its events; events that were handed in tell nothing. */
interface Facts {
  readonly file?: unknown;
  readonly isCut?: unknown;
}

/** Whether a recording that was read to its end ends in the middle of a line. */
export const isCut = (recording: object): boolean => (recording as Facts).isCut === true;

/** The options with the paths that the recording hides: what came in their place in a replay is as secret. */
export function withHeader<O extends CompareOptions>(options: O, recording: object): O {
  const { file } = recording as Facts;
  const kept = typeof file === 'string' && file !== '' ? keptRedaction(file) : [];
  return kept.length === 0 ? options : { ...options, redact: [...(options.redact ?? []), ...kept] };
}
