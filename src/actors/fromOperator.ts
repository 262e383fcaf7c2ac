import { Observable, Subject, throwError } from 'rxjs';
import { describeError } from '../runtime/describeError';
import { GuardedSubscriber } from '../runtime/guards';
import type { ActorContext, Behaviour } from './behaviour';
import { onAbort } from '../runtime/onAbort';

/** One message in the stream of an actor made by `fromOperator`. */
export interface Delivery<M, R = null> {
  readonly value: M;
  /** As `context.signal`. */
  readonly signal: AbortSignal;
  /** Everything else a handler could do. */
  readonly context: ActorContext<M, R>;
  /** The message is complete; `result` answers its ask. The next one follows. */
  ack(result?: R): void;
  /** The message is complete and its ask fails. */
  fail(error: unknown): void;
}

/** One run of the operator, and the message it has not acknowledged. */
interface Pipeline<M, R> {
  readonly deliveries$: Subject<Delivery<M, R>>;
  ended: boolean;
  open: { settle(): void; reject(error: unknown): void } | undefined;
}

/**
 * A behaviour from a stream operator. The next message is delivered once the previous one has been
 * acknowledged, so each delivery needs `ack` or `fail`, also one the operator filters out; one whose asker
 * gives up is let go of by itself. If the stream errors the actor fails and its supervision decides (restart
 * and resume subscribe anew); if it completes the actor stops.
 *
 * @example
 * const averages = system.spawn(fromOperator<number, number>((deliveries$) => deliveries$.pipe(
 *   scan((sum, delivery) => { delivery.ack(sum + delivery.value); return sum + delivery.value; }, 0),
 * )));
 */
export function fromOperator<M, R = null>(
  operator: (deliveries$: Observable<Delivery<M, R>>) => Observable<unknown>,
): Behaviour<unknown, M, R> {
  const start = (context: ActorContext<M, R>): Pipeline<M, R> => {
    const pipeline: Pipeline<M, R> = { deliveries$: new Subject(), ended: false, open: undefined };
    let release: (() => void) | undefined;
    const observer = {
      error: (error: unknown) => {
        pipeline.ended = true;
        release?.();
        if (pipeline.open !== undefined) pipeline.open.reject(error);
        else
          context.pipeToSelf(
            throwError(() => error),
            neverCalled,
          );
      },
      complete: () => {
        pipeline.ended = true;
        release?.();
        context.stop();
        pipeline.open?.settle();
      },
    };
    const thrown = (error: unknown): void =>
      context.log.error({ err: error }, `the operator failed as it ended: ${describeError(error)}`);
    const subscriber = new GuardedSubscriber<unknown>(observer, thrown);
    subscriber.follow(operator(pipeline.deliveries$));
    if (!pipeline.ended) release = onAbort(context.signal, () => subscriber.unsubscribe());
    return pipeline;
  };

  const behaviour: Behaviour<Run<M, R>, M, R> = {
    initial: (context) => ({ context, pipeline: start(context) }),
    receive(run, message, context) {
      // Resumed after an error: the stream is gone, the actor is not.
      if (run.pipeline.ended) run.pipeline = start(run.context);
      const { pipeline } = run;
      return new Observable((subscriber) => {
        const { signal } = context;
        const open = {
          settle: () => subscriber.complete(),
          reject: (error: unknown) => subscriber.error(error),
        };
        pipeline.open = open;
        subscriber.add(() => {
          if (pipeline.open === open) pipeline.open = undefined;
        });
        pipeline.deliveries$.next({
          value: message,
          signal,
          context,
          ack: (result) => {
            if (result !== undefined) context.reply(result);
            open.settle();
          },
          fail: (error) => {
            context.fail(error);
            open.settle();
          },
        });
      });
    },
    // What it watches is the operator's business; it has nobody to be told by.
    onSignal: () => undefined,
  };
  return behaviour;
}

interface Run<M, R> {
  /** Of the set-up: it lives as long as the stream. */
  readonly context: ActorContext<M, R>;
  pipeline: Pipeline<M, R>;
}

function neverCalled(): never {
  throw new Error('what errors at once gives no result');
}
