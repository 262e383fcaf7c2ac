import { Observable, type MonoTypeOperatorFunction } from 'rxjs';
import type { Message } from '../messages/Message';

/** The message of an item of the stream: itself, or one of a batch. */
export type MessageOf<T> = T extends readonly (infer M)[] ? M : T;
/** What a message of that type is acknowledged with. */
export type AckOf<M> = M extends Message<unknown, infer A> ? A : never;

/**
 * For stream handlers: acknowledges each message, or each of a batch, with what `project` gives for it, and
 * passes on what came.
 *
 * `project` may be left out: the sender gets null. A promise is awaited; when `project` throws or rejects,
 * that message gets an error acknowledgement and the stream goes on. Completes and errors with its source.
 *
 * @example
 * app.handleStream('Measurement', (message$) =>
 *   message$.pipe(bufferTime(100), filter((batch) => batch.length > 0), acknowledge(() => 'stored')));
 */
export function acknowledge<T extends Message | readonly Message[]>(
  project?: (
    message: MessageOf<T>,
  ) => AckOf<MessageOf<T>> | PromiseLike<AckOf<MessageOf<T>>> | null | undefined,
): MonoTypeOperatorFunction<T> {
  const projectOne = project as ((message: Message) => unknown) | undefined;
  return (source) =>
    new Observable<T>((destination) =>
      source.subscribe({
        next: (item) => {
          if (isBatch(item)) for (const message of item) answer(message, projectOne);
          else answer(item, projectOne);
          destination.next(item);
        },
        error: (error) => destination.error(error),
        complete: () => destination.complete(),
      }),
    );
}

function answer(message: Message, project: ((message: Message) => unknown) | undefined): void {
  try {
    const value = project?.(message);
    if (isPromise(value)) {
      value.then(
        (settled) => message.ack(settled),
        (error: unknown) => message.fail(error),
      );
    } else message.ack(value ?? undefined);
  } catch (error) {
    message.fail(error);
  }
}

function isBatch(item: Message | readonly Message[]): item is readonly Message[] {
  return Array.isArray(item);
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
