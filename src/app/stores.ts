import type { ClientConfig } from '../config/types/ClientConfig';
import { LevelStore } from '../storage/LevelStore';
import { Outbox } from '../storage/outbox/Outbox';
import type { OutboxOptions } from '../storage/outbox/OutboxOptions';
import type { HostConfig } from '../config/types/HostConfig';
import { DiskDedupStore } from '../storage/dedup/DiskDedupStore';
import type { CometConfig } from '../config/types/CometConfig';
import type { KeyValueStore } from '../storage/KeyValueStore';

/** The outbox of a client, if it has one. Nothing is opened yet. */
export function createOutbox(
  config: ClientConfig,
  parts: Pick<OutboxOptions, 'clock' | 'random' | 'report'>,
  points: CrashPoints | undefined,
): Outbox | undefined {
  const { name, outbox, queue, reconnect } = config;
  if (outbox === undefined) return undefined;
  const store = new LevelStore(outbox.path);
  return new Outbox({
    ...parts,
    path: outbox.path,
    client: name,
    queue,
    reconnect,
    store: points?.outboxStore?.(store) ?? store,
  });
}

/** Where a host with `Dedup.Path` keeps its keys and answers. Nothing is opened yet. */
export function createDedupStore(
  { dedup }: HostConfig,
  points: CrashPoints | undefined,
): DiskDedupStore | undefined {
  if (dedup?.path === undefined) return undefined;
  return new DiskDedupStore({ path: dedup.path, hook: points?.dedupStep });
}

/** Where a program may end itself on purpose, to prove that nothing is lost by it. */
interface CrashPoints {
  /** Put around the store of each outbox. */
  readonly outboxStore?: (store: KeyValueStore) => KeyValueStore;
  /** Called at each step of a message through the hosts with Dedup, with its key. */
  readonly dedupStep?: (step: string, key: string) => void;
}

/**
 * The crash points of the apps that are made of a configuration; empty but in the specs of kills. Found by the configuration and not an
 * option of `createApp`, since it is no business of users.
 */
export const crashPoints = new WeakMap<CometConfig, CrashPoints>();
