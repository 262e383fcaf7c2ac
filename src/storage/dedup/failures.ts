import { DedupFailed } from '../../errors/handling';
import { DedupLocked } from '../../errors/setUp';
import { RxcometError } from '../../errors/RxcometError';
import { StoreProblem } from '../KeyValueStore';
import { reasonAndRemedy, type TroubleWords } from '../storeTrouble';
import { decodeHeld } from './records';

const words: TroubleWords = {
  setting: 'Dedup.Path',
  atRisk: '. Repeats of messages handled before a restart are then handled again',
  // Without it nobody knows which messages were handled; that is for a person to decide.
  beginAnew: 'move the folder away: repeats of messages handled before are then handled again',
  atStake: (held) => `it held ${decodeHeld(held) ?? 0} keys when it was written last`,
};

/**
 * Why the store of `Dedup.Path` could not be opened: DedupLocked, MissingPackage or DedupFailed, with path,
 * cause and remedy.
 */
export function openFailure(cause: unknown, path: string): RxcometError {
  if (cause instanceof RxcometError) return cause;
  if (!(cause instanceof StoreProblem)) return failure('cannot be opened', cause, path, true, undefined);
  if (cause.kind === 'locked') {
    const text = `the dedup store ${path} is taken: another process or host uses it; stop that one, or give each host a Dedup.Path of its own`;
    return new DedupLocked(text, { path, cause });
  }
  return failure(
    'cannot be opened',
    cause,
    path,
    true,
    cause.kind === 'damaged' ? decodeHeld(cause.held) : undefined,
  );
}

/**
 * `what` follows "the dedup store PATH".
 *
 * @param lost keys, or their answers, that may be lost by it, at most
 */
export function dedupFailure(what: string, cause: unknown, path: string, lost?: number): DedupFailed {
  return failure(what, cause, path, false, lost);
}

function failure(
  what: string,
  cause: unknown,
  path: string,
  opening: boolean,
  lost: number | undefined,
): DedupFailed {
  const text = `the dedup store ${path} ${what}: ${reasonAndRemedy(cause, opening, words)}`;
  return new DedupFailed(text, { path, cause, lost });
}
