import type { HostConfig } from '../config/types/HostConfig';
import { DiskDedupStore } from '../storage/dedup/DiskDedupStore';
import type { CrashPoints } from './crashPoints';

/** Where a host with `Dedup.Path` keeps its keys and answers. Nothing is opened yet. */
export function createDedupStore(
  { dedup }: HostConfig,
  points: CrashPoints | undefined,
): DiskDedupStore | undefined {
  if (dedup?.path === undefined) return undefined;
  return new DiskDedupStore({ path: dedup.path, hook: points?.dedupStep });
}
