import type { ClientConfig } from '../config/types/ClientConfig';
import { LevelStore } from '../storage/LevelStore';
import { Outbox } from '../storage/outbox/Outbox';
import type { OutboxOptions } from '../storage/outbox/OutboxOptions';
import { format as OUTBOX_FORMAT } from '../storage/outbox/records';
import type { RxcometError } from '../errors/RxcometError';
import type { Host } from '../streams/host/Host';
import type { Client } from '../streams/client/Client';
import { DedupFailed } from '../errors/handling';
import { OutboxFailed } from '../errors/sending';
import type { OpenStore } from './stopParts';
import type { HostConfig } from '../config/types/HostConfig';
import { DiskDedupStore } from '../storage/dedup/DiskDedupStore';
import { format as DEDUP_FORMAT } from '../storage/dedup/records';
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
  const store = new LevelStore(outbox.path, OUTBOX_FORMAT);
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
  report: (error: RxcometError) => void,
  points: CrashPoints | undefined,
): DiskDedupStore | undefined {
  if (dedup?.path === undefined) return undefined;
  const store = new LevelStore(dedup.path, DEDUP_FORMAT);
  const files = points?.dedupFiles?.(store) ?? store;
  return new DiskDedupStore({ path: dedup.path, hook: points?.dedupStep, files, report });
}

/** What is to be closed of a host, when it keeps keys on disk. */
export function dedupToClose(config: HostConfig | undefined, host: Pick<Host, 'closeStore'>): OpenStore {
  const path = config?.dedup?.path ?? '';
  return {
    close: () => host.closeStore(),
    stuck: (withinMs) =>
      new DedupFailed(`the dedup store ${path} ${stuck(withinMs)}`, { path, cause: undefined }),
  };
}

/** What is to be closed of a client, when it has an outbox. */
export function outboxToClose(
  { name, outbox }: ClientConfig,
  client: Pick<Client, 'closeOutbox'>,
): OpenStore {
  const path = outbox?.path ?? '';
  return {
    close: () => client.closeOutbox(),
    stuck: (withinMs) =>
      new OutboxFailed(`the outbox ${path} ${stuck(withinMs)}; what persisted() confirmed is safe`, {
        path,
        client: name,
        action: '',
        delivered: 'no',
      }),
  };
}

const stuck = (withinMs: number): string =>
  `could not be closed within ${withinMs} ms, the disk does not answer; until it does this process cannot end by itself and nobody else can open the store`;

/** Where a program may end itself on purpose, to prove that nothing is lost by it. */
interface CrashPoints {
  /** Put around the store of each outbox. */
  readonly outboxStore?: (store: KeyValueStore) => KeyValueStore;
  /** Put around the files of each host with Dedup. */
  readonly dedupFiles?: (store: KeyValueStore) => KeyValueStore;
  /** Called at each step of a message through the hosts with Dedup, with its key. */
  readonly dedupStep?: (step: string, key: string) => void;
}

/**
 * The crash points of the apps that are made of a configuration; empty but in the specs of kills. Found by
 * the configuration and not an option of `createApp`, since it is no business of users.
 */
export const crashPoints = new WeakMap<CometConfig, CrashPoints>();
