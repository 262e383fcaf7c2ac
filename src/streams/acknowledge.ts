import { Observable, type OperatorFunction } from 'rxjs';
import type { Message } from './Message';

/**
 * For stream handlers: acknowledges each message, or each of a batch, with what `project` gives for it, and passes on what came.
 *
 * `project` may be left out: the sender gets null. A promise is awaited; when `project` throws or rejects, that message gets an error
 * acknowledgement and the stream goes on. Completes and errors with its source.
 *
 * @example
 * app.handleStream('Measurement', (message$) =>
 *   message$.pipe(bufferTime(100), filter((batch) => batch.length > 0), acknowledge(() => 'stored')));
 */
export function acknowledge<V, A, T extends Message<V, A> | readonly Message<V, A>[] = Message<V, A>>(
  project?: (message: Message<V, A>) => A | PromiseLike<A> | null | undefined,
): OperatorFunction<T, T> {
  return (source) =>
    new Observable<T>((destination) =>
      source.subscribe({
        next: (item) => {
          if (Array.isArray(item))
            for (const message of item as readonly Message<V, A>[]) answer(message, project);
          else answer(item as Message<V, A>, project);
          destination.next(item);
        },
        error: (error) => destination.error(error),
        complete: () => destination.complete(),
      }),
    );
}

function answer<V, A>(
  message: Message<V, A>,
  project: ((message: Message<V, A>) => A | PromiseLike<A> | null | undefined) | undefined,
): void {
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

function isPromise<A>(value: A | PromiseLike<A> | null | undefined): value is PromiseLike<A> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
