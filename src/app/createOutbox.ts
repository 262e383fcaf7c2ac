import type { ClientConfig } from '../config/types/ClientConfig';
import { LevelStore } from '../storage/LevelStore';
import { Outbox, type OutboxOptions } from '../storage/outbox/Outbox';
import type { CrashPoints } from './crashPoints';

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
