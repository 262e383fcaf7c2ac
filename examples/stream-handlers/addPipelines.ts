import { defineAction, t, type App } from 'rxcomet';
import { auditTime, bufferTime, concatMap, filter, scan, tap } from 'rxjs';

/** Each point is acknowledged with the size of the batch it was stored in. */
const Store = defineAction('Store', { value: t.number, ack: t.number });
/** Each value is acknowledged with the mean of all so far. */
const Mean = defineAction('Mean', { value: t.number, ack: t.number });
const Position = defineAction('Position', { value: t.number });

/** Where the pipelines end. */
export interface Outputs {
  readonly store: (batch: readonly number[]) => void | Promise<void>;
  readonly show: (mm: number) => void;
}

/** Adds handlers that are pipelines. */
export function addPipelines(app: App, { store, show }: Outputs): void {
  // Batches of four, or of what came within 100 ms. A point is acknowledged once it is stored. When storing
  // fails, the senders are told so and the pipeline starts afresh.
  app.handleStream(Store, (message$) =>
    message$.pipe(
      bufferTime(100, null, 4),
      filter((batch) => batch.length > 0),
      concatMap(async (batch) => {
        await store(batch.map(({ value }) => value));
        for (const message of batch) message.ack(batch.length);
      }),
    ),
  );

  // What is to be remembered between messages lives in the pipeline.
  app.handleStream(Mean, (message$) =>
    message$.pipe(
      scan((mean, message, index) => {
        const next = mean + (message.value - mean) / (index + 1);
        message.ack(next);
        return next;
      }, 0),
    ),
  );

  // Too fast for a display: every position is acknowledged at once, the newest one is shown every 20 ms.
  app.handleStream(
    Position,
    (message$) =>
      message$.pipe(
        auditTime(20),
        tap(({ value }) => show(value)),
      ),
    { acknowledge: 'on-arrival' },
  );
}
