import { OutboxFailed, OutboxLocked } from '../../errors/sending';
import { RxcometError } from '../../errors/RxcometError';
import { StoreProblem } from '../KeyValueStore';

/** Which outbox, and on whose behalf. */
export interface OutboxPlace {
  readonly path: string;
  /** '' when nobody's in particular. */
  readonly client: string;
  readonly action: string;
}

/** What the system says of a disk in trouble, and what helps. */
const REMEDIES: readonly (readonly [pattern: RegExp, remedy: string])[] = [
  [/ENOSPC|no space left/i, 'free some space there; then it goes on by itself'],
  [/EDQUOT|quota/i, 'raise the quota or free some space there; then it goes on by itself'],
  [/EFBIG|file too large/i, 'raise the limit of file sizes (ulimit -f)'],
  [/EACCES|EPERM|permission denied|EROFS|read-only/i, 'make the folder writable for this user'],
  [/ENOTDIR|EEXIST|not a directory/i, 'name a folder as Outbox.Path; a file is in the way'],
  [/EMFILE|too many open files/i, 'raise the limit of open files (ulimit -n)'],
];

const IN_USE = 'another process or app uses it; stop that one, or give each client an Outbox.Path of its own';

/** Why a store could not be opened: OutboxLocked, MissingPackage or OutboxFailed, with path, cause and remedy. */
export function openFailure(cause: unknown, place: OutboxPlace): RxcometError {
  if (cause instanceof RxcometError) return cause;
  const { path } = place;
  if (cause instanceof StoreProblem && cause.kind === 'locked') {
    return new OutboxLocked(`the outbox ${path} is taken: ${IN_USE}`, { path, cause });
  }
  return storeFailure('cannot be opened', cause, place);
}

/** What went wrong with an open store, or with a message it should have kept. `what` follows "the outbox PATH". */
export function storeFailure(what: string, cause: unknown, place: OutboxPlace): OutboxFailed {
  const text = `the outbox ${place.path} ${what}: ${reasonAndRemedy(cause)}`;
  return new OutboxFailed(text, { ...place, delivered: 'no', cause });
}

function reasonAndRemedy(cause: unknown): string {
  // An addon may make its errors in another realm, so that they are no `Error` of ours.
  const { message } = Object(cause) as { readonly message?: unknown };
  const reason = typeof message === 'string' ? message : String(cause);
  // It names its remedy itself.
  if (cause instanceof RxcometError) return reason;
  if (!(cause instanceof StoreProblem)) {
    const remedy = REMEDIES.find(([pattern]) => pattern.test(reason))?.[1];
    return `${reason}; ${remedy ?? 'see to the disk and the folder'}`;
  }
  switch (cause.kind) {
    case 'locked':
      return IN_USE;
    case 'foreign':
      return `${reason}; name a new or empty folder as Outbox.Path`;
    case 'missing':
      return `${reason}; check the path`;
    case 'removed':
      return `${reason}; keep clean-up jobs away from it. What waited there is lost, but for what is in memory, which goes on in a new folder`;
    case 'damaged':
      return `${reason}; restore it from a copy, or move the folder away to begin anew`;
  }
}
