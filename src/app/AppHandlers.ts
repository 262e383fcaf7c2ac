import { type Observable, type ObservableInput, Subscription } from 'rxjs';
import type { Handler, HandlerOptions } from '../streams/messages/Handler';
import { BadOption } from '../errors/setUp';
import type { RxcometError } from '../errors/RxcometError';
import type { Clock } from '../runtime/Clock';
import { endSubscription } from '../runtime/guards';
import type { ActionContract } from '../streams/messages/defineAction';
import { HandlerRegistry } from '../streams/dispatch/HandlerRegistry';
import type { Message } from '../streams/messages/Message';
import { Registration } from '../streams/dispatch/Exchange';
import { StreamHandler, streamFailure } from '../streams/dispatch/StreamHandler';
import { isActorRef, refHandler } from './actors/refHandler';

/** Options of `handleStream`. */
export interface StreamOptions extends HandlerOptions {
  /** `by-handler` (default): the pipeline acknowledges. `on-arrival`: null goes back at once. */
  readonly acknowledge?: 'by-handler' | 'on-arrival';
}

/** What handlers need of their app. */
interface AppHandlersOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly report: (error: RxcometError, action: string) => void;
}

/**
 * The handlers of an app: checks what a user gives and registers it. What the arguments mean is said at
 * `App`.
 */
export class AppHandlers {
  readonly registry = new HandlerRegistry();
  readonly #options: AppHandlersOptions;
  readonly #streams = new Set<StreamHandler>();

  constructor(options: AppHandlersOptions) {
    this.#options = options;
  }

  add(action: unknown, handler: unknown, options: HandlerOptions): Subscription {
    const call = isActorRef(handler) ? refHandler(handler, options.urgent === true) : handler;
    if (typeof call !== 'function') {
      throw new BadOption(`app.handle: the handler must be a function or an ActorRef, not ${typeof handler}`);
    }
    return this.#register(action, call as Handler, options, false);
  }

  addStream(action: unknown, build: unknown, options: StreamOptions): Subscription {
    if (typeof build !== 'function') {
      throw new BadOption('app.handleStream: expected a function from the stream of messages to a stream');
    }
    const buildStream = build as (message$: Observable<Message>) => ObservableInput<unknown>;
    const name = actionName(action);
    const { clock, random, report } = this.#options;
    const subscription = new Subscription();
    const stream = new StreamHandler({
      action: name,
      build: buildStream,
      acknowledgeOnArrival: options.acknowledge === 'on-arrival',
      clock,
      random,
      report: (error) => report(error, name),
      onComplete: () => endSubscription(subscription, (error) => report(streamFailure(name, error), name)),
    });
    this.#streams.add(stream);
    const push: Handler = (value, message) =>
      stream.push(typeof action === 'string' ? message : message.withValue(value));
    subscription.add(this.#register(action, push, options, true));
    subscription.add(() => {
      this.#streams.delete(stream);
      stream.close();
    });
    return subscription;
  }

  /** Ends the stream handlers. */
  close(): void {
    for (const stream of [...this.#streams]) stream.close();
  }

  #register(action: unknown, call: Handler, options: HandlerOptions, claims: boolean): Subscription {
    const name = actionName(action);
    const contract = typeof action === 'string' ? undefined : (action as ActionContract);
    const { concurrency = Infinity, urgent = false } = options;
    if (!(concurrency >= 1))
      throw new BadOption(`app.handle: concurrency must be at least 1, not ${String(concurrency)}`);
    const wanted = name === '*' ? undefined : name;
    const registration = new Registration(wanted, call, { contract, concurrency, urgent, claims });
    this.registry.add(registration);
    return new Subscription(() => this.registry.remove(registration));
  }
}

function actionName(action: unknown): string {
  const name: unknown =
    typeof action === 'object' && action !== null ? (action as ActionContract).action : action;
  if (typeof name === 'string') return name;
  throw new BadOption('app.handle: the action must be a string or a contract of defineAction');
}
