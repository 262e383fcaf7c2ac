import type { Observable } from 'rxjs';
import type { Clock } from '../runtime/Clock';
import type { Logger } from '../runtime/Logger';
import type { ActorCell } from './ActorCell';
import type { ActorContext, ActorTimers } from './ActorContext';
import type { ActorRef, AnyActorRef } from './ActorRef';
import type { Request } from './Request';
import type { SpawnOptions, Spawnable } from './Spawner';

/** The context of one message (or signal, or set-up): what belongs to that message is kept here, the rest is the actor's. */
export class MessageContext<M, R> implements ActorContext<M, R> {
  /** The handler has settled; what it still does comes too late. */
  closed = false;
  stashed = false;
  aborted = false;
  /** What the signal aborted with. */
  reason: unknown = undefined;
  /** Lets go of what the handler returned, where that is possible. */
  onAbort: ((reason: unknown) => void) | undefined = undefined;
  #controller: AbortController | undefined = undefined;

  constructor(
    readonly cell: ActorCell<M, R>,
    readonly message: unknown,
    readonly request: Request<M, R> | undefined,
    /** False: a signal, or the set-up. */
    readonly isMessage: boolean,
  ) {}

  get self(): ActorRef<M, R> {
    return this.cell.ref;
  }

  get clock(): Clock {
    return this.cell.clock;
  }

  get log(): Logger {
    return this.cell.log;
  }

  get children(): readonly AnyActorRef[] {
    return this.cell.childRefs();
  }

  get timers(): ActorTimers<M> {
    return this.cell.timers;
  }

  /** Most handlers never look at it, so it is made when they do. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.aborted) this.#controller.abort(this.reason);
    }
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.#controller?.abort(reason);
    this.onAbort?.(reason);
  }

  reply(value: R): void {
    if (this.request === undefined) return;
    if (this.closed || this.stashed || !this.request.reply(value)) this.cell.lateReply(value);
  }

  fail(error: unknown): void {
    if (this.request !== undefined && !this.stashed) this.request.fail(error);
    else this.cell.log.warn({ error }, 'a message that nobody awaits an answer to failed');
  }

  unhandled(): void {
    this.cell.unhandled(this.message);
  }

  stop(child?: AnyActorRef): void {
    this.cell.stopFromInside(child, this);
  }

  watch(ref: AnyActorRef): void {
    this.cell.watch(ref, undefined);
  }

  watchWith(ref: AnyActorRef, message: M): void {
    this.cell.watch(ref, { message });
  }

  unwatch(ref: AnyActorRef): void {
    this.cell.unwatch(ref);
  }

  stash(): void {
    if (this.closed || this.stashed) return;
    this.cell.reserveStash();
    this.stashed = true;
  }

  unstashAll(): void {
    this.cell.unstashAll();
  }

  pipeToSelf<T>(
    work: PromiseLike<T> | Observable<T>,
    toMessage: (result: T) => M,
    toFailure?: (error: unknown) => M,
  ): void {
    this.cell.pipeToSelf(work, toMessage, toFailure);
  }

  spawn<S, N, Q = null>(
    nameOrBehaviour: string | Spawnable<S, N, Q>,
    behaviourOrOptions?: Spawnable<S, N, Q> | SpawnOptions<N>,
    options?: SpawnOptions<N>,
  ): ActorRef<N, Q> {
    return this.cell.spawnChild(nameOrBehaviour, behaviourOrOptions, options);
  }
}
