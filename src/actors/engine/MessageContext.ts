import type { Observable } from 'rxjs';
import type { Clock } from '../../runtime/Clock';
import { createGuardedController } from '../../runtime/guardedSignal';
import type { Logger } from '../../runtime/Logger';
import type { ActorContext, ActorTimers, SpawnOptions, Spawnable } from '../behaviour';
import type { ActorRef, AnyActorRef } from '../ActorRef';
import type { Request } from '../mailbox/Request';

/** What a context needs of the actor that handles the message. */
export interface ContextOwner<M, R> {
  readonly ref: ActorRef<M, R>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly timers: ActorTimers<M>;
  childRefs(): readonly AnyActorRef[];
  /** Whether the message of this context is still under way. */
  isOpen(context: MessageContext<M, R>): boolean;
  /** Throws BadValue (ERR_BAD_VALUE) when a reply does not fit the contract of the message. */
  checkReply(message: unknown, value: R): void;
  lateReply(value: R): void;
  unhandled(message: unknown): void;
  stopFromInside(child: AnyActorRef | undefined, context: MessageContext<M, R>): void;
  watch(ref: AnyActorRef, replacement: { readonly message: M } | undefined): void;
  unwatch(ref: AnyActorRef): void;
  /** Throws StashFull (ERR_STASH_FULL) when there is no room. */
  reserveStash(): void;
  unstashAll(): void;
  pipeToSelf<T>(
    work: PromiseLike<T> | Observable<T>,
    toMessage: (result: T) => M,
    toFailure?: (error: unknown) => M,
  ): void;
  spawnChild<S, N, Q>(
    nameOrBehaviour: string | Spawnable<S, N, Q>,
    behaviourOrOptions: Spawnable<S, N, Q> | SpawnOptions<N> | undefined,
    options: SpawnOptions<N> | undefined,
  ): ActorRef<N, Q>;
  /** A listener of the signal threw. */
  readonly thrown: (error: unknown) => void;
}

/**
 * The context of one message (or signal, or set-up): what belongs to that message is kept here, the rest is
 * the actor's.
 */
export class MessageContext<M, R> implements ActorContext<M, R> {
  #extras: Extras | undefined = undefined;

  constructor(
    readonly cell: ContextOwner<M, R>,
    readonly message: unknown,
    readonly request: Request<M, R> | undefined,
    readonly kind: 'message' | 'signal' | 'setUp',
  ) {}

  get stashed(): boolean {
    return this.#extras !== undefined && this.#extras.stashed;
  }

  get aborted(): boolean {
    return this.#extras !== undefined && this.#extras.aborted;
  }

  /** What the signal aborted with. */
  get reason(): unknown {
    return this.#extras?.reason;
  }

  /** Lets go of what the handler returned, where that is possible. */
  whenAborted(onAbort: (reason: unknown) => void): void {
    this.#extended().onAbort = onAbort;
  }

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

  get signal(): AbortSignal {
    const extras = this.#extended();
    if (extras.controller === undefined) {
      extras.controller = createGuardedController(this.cell.thrown);
      if (extras.aborted) extras.controller.abort(extras.reason);
    }
    return extras.controller.signal;
  }

  abort(reason: unknown): void {
    const extras = this.#extended();
    if (extras.aborted) return;
    extras.aborted = true;
    extras.reason = reason;
    extras.controller?.abort(reason);
    extras.onAbort?.(reason);
  }

  reply(value: R): void {
    this.cell.checkReply(this.message, value);
    if (this.request === undefined) return;
    if (this.stashed || !this.request.reply(value)) this.cell.lateReply(value);
  }

  fail(error: unknown): void {
    if (this.request !== undefined && !this.stashed) this.request.fail(error);
    else this.cell.log.warn({ err: error }, 'a message that nobody awaits an answer to failed');
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
    if (this.stashed || this.kind !== 'message' || !this.cell.isOpen(this)) return;
    this.cell.reserveStash();
    this.#extended().stashed = true;
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

  #extended(): Extras {
    return (this.#extras ??= {
      stashed: false,
      aborted: false,
      reason: undefined,
      controller: undefined,
      onAbort: undefined,
    });
  }
}

/** What most messages never need, so that a context is small: one is made for each message. */
interface Extras {
  stashed: boolean;
  aborted: boolean;
  reason: unknown;
  controller: AbortController | undefined;
  onAbort: ((reason: unknown) => void) | undefined;
}
