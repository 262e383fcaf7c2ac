import type { CometConfig } from '../config/types/CometConfig';
import type { KeyValueStore } from '../storage/KeyValueStore';

/** Where a program may end itself on purpose, to prove that nothing is lost by it. */
export interface CrashPoints {
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
