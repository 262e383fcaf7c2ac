import { systemClock } from '../../runtime/Clock';
import { openFailure, storeFailure } from './failures';
import { LevelStore } from '../LevelStore';
import { OutboxInspector } from './OutboxInspector';
import { OutboxStore } from './OutboxStore';
import { FORMAT } from './records';

/**
 * Opens the folder of an outbox to see what waits there and what the peer refused, and to put dead letters back or delete them. `rxcomet
 * outbox` does no more than this. A damaged outbox is left as it is.
 *
 * Rejects with OutboxLocked (ERR_OUTBOX_LOCKED) while an app uses it, OutboxFailed (ERR_OUTBOX) when there is no sound outbox, and
 * MissingPackage (ERR_MISSING_PACKAGE).
 *
 * @param path `Outbox.Path` of the client
 * @example
 * const outbox = await inspectOutbox('/var/lib/lab/outbox');
 * for await (const { key, action, refusal } of outbox.deadLetters()) console.log(key, action, refusal?.reason);
 * await outbox.retry();
 * await outbox.close();
 */
export async function inspectOutbox(path: string): Promise<OutboxInspector> {
  const place = { path, client: '', action: '' };
  const ignore = (): void => undefined;
  const store = new OutboxStore({
    store: new LevelStore(path, FORMAT, { asIs: true }),
    clock: systemClock,
    onWritten: ignore,
    onFailed: ignore,
    onEmptied: () => [],
    onDamage: ignore,
  });
  try {
    await store.open();
    store.begin();
  } catch (cause) {
    throw openFailure(cause, place);
  }
  return new OutboxInspector(store, (cause) => storeFailure('failed', cause, place));
}
