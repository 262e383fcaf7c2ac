import { describeError } from '../runtime/describeError';
import { RxcometError } from '../errors/RxcometError';
import { StoreProblem } from './KeyValueStore';

/** Which kind of store is in trouble, in the words of its owner. */
export interface TroubleWords {
  /** The key of the settings that names its folder. */
  readonly setting: string;
  /** What a user does who gives up a damaged store: "move the folder away …". */
  readonly beginAnew: string;
  /** What follows when the files are removed while the store is open. */
  readonly atRisk: string;
  /** How much was at stake in a store that cannot be opened, from what its last write said. */
  readonly atStake: (held: string) => string;
}

/** What the system says of a disk in trouble, and what helps. */
const remedies: readonly (readonly [pattern: RegExp, remedy: string | ((setting: string) => string)])[] = [
  [/ENOSPC|no space left/i, 'free some space there'],
  [/EDQUOT|quota/i, 'raise the quota or free some space there'],
  [/EFBIG|file too large/i, 'raise the limit of file sizes (ulimit -f)'],
  [/EACCES|EPERM|permission denied|EROFS|read-only/i, 'make the folder writable for this user'],
  [/ENOTDIR|EEXIST|not a directory/i, (setting) => `name a folder as ${setting}; a file is in the way`],
  [/EMFILE|too many open files/i, 'raise the limit of open files (ulimit -n)'],
];

/** Said of a store that is open; one that could not be opened waits for the next start. */
const GOES_ON = /ENOSPC|EDQUOT|no space left|quota/i;

/** What is wrong with a store, and what helps. `opening`: the store could not be opened. */
export function reasonAndRemedy(cause: unknown, opening: boolean, words: TroubleWords): string {
  // An addon may make its errors in another realm, so that they are no `Error` of ours.
  const reason = describeError(cause);
  // It names its remedy itself.
  if (cause instanceof RxcometError) return reason;
  if (cause instanceof StoreProblem) return `${reason}; ${remedyOf(cause, words)}`;
  const remedy = remedies.find(([pattern]) => pattern.test(reason))?.[1] ?? 'see to the disk and the folder';
  const then = opening ? '; then start again' : GOES_ON.test(reason) ? '; then it goes on by itself' : '';
  return `${reason}; ${typeof remedy === 'string' ? remedy : remedy(words.setting)}${then}`;
}

function remedyOf(
  { kind, held }: StoreProblem,
  { setting, beginAnew, atRisk, atStake }: TroubleWords,
): string {
  switch (kind) {
    case 'locked':
      return `another process or app uses it; stop that one, or name a folder of its own as ${setting}`;
    case 'foreign':
      return `name a new or empty folder as ${setting}`;
    case 'missing':
      return 'check the path';
    case 'damaged': {
      const stake = held === undefined ? '' : `${atStake(held)}; `;
      return `${stake}restore it from a copy, or ${beginAnew}`;
    }
    case 'removed':
      return `keep clean-up jobs away from it${atRisk}`;
    case 'lost':
      return 'what is whole goes on; to have the rest, stop the app and restore the folder from a copy';
    default:
      return kind satisfies never;
  }
}
