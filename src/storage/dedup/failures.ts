import { DedupFailed } from '../../errors/handling';
import { DedupLocked } from '../../errors/setUp';
import { RxcometError } from '../../errors/RxcometError';
import { StoreProblem } from '../KeyValueStore';

/** Why the store of `Dedup.Path` could not be opened: DedupLocked, MissingPackage or DedupFailed, with path, cause and remedy. */
export function openFailure(cause: unknown, path: string): RxcometError {
  if (cause instanceof RxcometError) return cause;
  if (cause instanceof StoreProblem && cause.kind === 'locked') {
    const text = `the dedup store ${path} is taken: another process or host uses it; stop that one, or give each host a Dedup.Path of its own`;
    return new DedupLocked(text, { path, cause });
  }
  return dedupFailure('cannot be opened', cause, path);
}

/** `what` follows "the dedup store PATH". */
export function dedupFailure(what: string, cause: unknown, path: string): DedupFailed {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DedupFailed(`the dedup store ${path} ${what}: ${reason}; ${remedy(cause, reason)}`, {
    path,
    cause,
  });
}

function remedy(cause: unknown, reason: string): string {
  if (cause instanceof StoreProblem) {
    if (cause.kind === 'removed')
      return 'keep clean-up jobs away from it. Repeats of messages handled before a restart are then handled again';
    if (cause.kind === 'foreign') return 'name a new or empty folder as Dedup.Path';
    // Without it nobody knows which messages were handled; that is for a person to decide.
    return 'restore it from a copy, or move the folder away: repeats of messages handled before are then handled again';
  }
  if (/ENOSPC|no space left|EDQUOT|quota/i.test(reason)) return 'free some space; then it goes on by itself';
  if (/EFBIG|file too large/i.test(reason)) return 'raise the limit of file sizes (ulimit -f)';
  if (/EACCES|EPERM|permission denied|EROFS|read-only/i.test(reason))
    return 'make the folder writable for this user';
  if (/ENOTDIR|EEXIST|not a directory/i.test(reason))
    return 'name a folder as Dedup.Path; a file is in the way';
  return 'see to the disk and the folder';
}
