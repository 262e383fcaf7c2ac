import { Observable, isObservable, takeUntil } from 'rxjs';
import { ActorInterrupted, ActorStopped, DeathPact } from '../../errors/actors';
import type { Clock } from '../../runtime/Clock';
import { describeError, isInstance, readProperty } from '../../runtime/describeError';
import type { Logger } from '../../runtime/Logger';
import type { ActionMessage } from '../fromContracts';
import type { ActorContract, ActorRef, AnyActorRef, Termination } from '../ActorRef';
import type { ActorNode, ActorStatus, DeadLetterReason } from '../ActorSystem';
import type { ActorSignal, Behaviour, NextState, SpawnOptions, Spawnable } from '../behaviour';
import { type Child, Children, type Parent } from './Children';
import type { Runnable } from './Dispatcher';
import { Envelope } from '../mailbox/Envelope';
import { followState, isLater, pipeInto } from './laterResults';
import { Intake, type IntakeOwner } from '../mailbox/Intake';
import { LocalRef, type RefOwner } from './LocalRef';
import type { Item } from '../mailbox/Mailbox';
import { MessageContext, type ContextOwner } from './MessageContext';
import { Request } from '../mailbox/Request';
import { Deque } from '../../runtime/Deque';
import { Stash } from '../mailbox/Stash';
import { requireOption } from '../requireOption';
import { Supervisor } from './Supervisor';
import type { SystemCore } from './SystemCore';
import type { TimerTick } from '../mailbox/TimerTick';
import { Timers } from './Timers';
import { WatchList } from './WatchList';
import { actorLogger } from './actorLogger';

type Later = PromiseLike<unknown> | Observable<unknown>;

/** What comes before messages. */
type Control<M> =
  | { readonly type: 'terminated'; readonly ref: AnyActorRef; readonly cause: unknown }
  /** Of `watchWith`: never refused for want of room. */
  | { readonly type: 'message'; readonly ref: AnyActorRef; readonly message: M }
  | { readonly type: 'failure'; readonly cause: unknown; readonly child: Child | undefined }
  | { readonly type: 'restart'; readonly cause: unknown; readonly delayMs: number };

/**
 * One actor: its life and its one loop, in one place because every step of either may end in any other. At
 * any time it does exactly one thing, told by `status`; whatever settles moves it on through `#next`,
 * `#crash` or the steps of stopping and restarting:
 *
 * ```
 * starting ─► ready ◄─► busy ─► suspended (escalated: the parent decides)
 *    ▲                   │ failure
 *    └── backoff ◄── restarting (children stop, then pre-restart)
 * any ─► stopping (children stop, then the stopped signal) ─► stopped
 * ```
 */
export class ActorCell<M, R>
  implements Runnable, Child, Parent, RefOwner<M, R>, ContextOwner<M, R>, IntakeOwner
{
  readonly ref: ActorRef<M, R>;
  readonly intake: Intake<M>;
  readonly #core: SystemCore;
  readonly #parent: Parent;
  readonly #behaviour: Behaviour<unknown, M, R>;
  readonly #supervisor: Supervisor;
  readonly #stashCapacity: number;

  #status: ActorStatus = 'starting';
  /** In the dispatcher's queue, or running. */
  #scheduled = false;
  #state: unknown = undefined;
  /** `#state` was made by `initial` and its end has not been signalled. */
  #alive = false;
  #ending = false;
  #stopCause: unknown = undefined;
  #restartCause: unknown = undefined;
  #delayMs = 0;
  #backoffTimer: unknown = undefined;
  /** The message, signal or set-up under way. */
  #current: MessageContext<M, R> | undefined = undefined;
  /** Of `initial`; its signal lives until restart or stop. */
  #incarnation: MessageContext<M, R> | undefined = undefined;
  #handled = 0;
  #failed = 0;
  #restarts = 0;

  // Made at first use: most actors of a large system have none of them.
  #control: Deque<Control<M>> | undefined = undefined;
  #stash: Stash<M> | undefined = undefined;
  #children: Children | undefined = undefined;
  #watchList: WatchList | undefined = undefined;
  #timers: Timers<M> | undefined = undefined;
  #log: Logger | undefined = undefined;
  #onTermination: Set<(termination: Termination) => void> | undefined = undefined;

  constructor(
    core: SystemCore,
    parent: Parent,
    readonly name: string,
    readonly path: string,
    behaviour: Behaviour<unknown, M, R>,
    options: SpawnOptions<M>,
  ) {
    const { stashCapacity = 1000 } = options;
    requireOption(Number.isInteger(stashCapacity) && stashCapacity >= 0, 'stashCapacity: an integer >= 0');
    this.#core = core;
    this.#parent = parent;
    this.#behaviour = behaviour;
    this.#supervisor = new Supervisor(options.supervision ?? 'stop', core.random);
    this.#stashCapacity = stashCapacity;
    this.intake = new Intake(this, options.mailbox ?? {});
    this.ref = new LocalRef(this, options.mailbox?.priority);
    this.#wake();
  }

  /** Whether what this context belongs to is still under way. */
  isOpen(context: MessageContext<M, R>): boolean {
    return this.#current === context;
  }

  abandoned(request: Request<unknown, R>, reason: Error): void {
    if (request.place === 'handling') {
      const current = this.#current;
      if (current?.request === request) current.abort(reason);
      return;
    }
    this.intake.abandoned(request, reason);
  }

  /** Throws ERR_BAD_VALUE when a reply does not fit the contract of the message. */
  checkReply(message: unknown, value: R): void {
    const { contracts } = this.#behaviour;
    if (contracts !== undefined) contracts.get((message as ActionMessage).action)?.encodeAck(value);
  }

  lateReply(value: R): void {
    this.deadLetter(value, 'late-reply');
  }

  deadLetter(message: unknown, reason: DeadLetterReason): void {
    this.#core.deadLetters.publish(this.path, message, reason);
  }

  arrived(): void {
    this.#wake();
  }

  // ---- one message at a time

  run(limit: number): number {
    let taken = 0;
    if (this.#status === 'starting' && this.#current === undefined) this.#setUp();
    while (taken < limit && this.#status === 'ready') {
      const control = this.#control?.shift();
      if (control !== undefined) this.#obey(control);
      else if (this.intake.mailbox.size > 0) this.#receive(this.intake.take() as Item<M>);
      else break;
      taken += 1;
    }
    this.#scheduled = false;
    this.#wake();
    return taken;
  }

  #wake(): void {
    if (this.#scheduled) return;
    const ready =
      this.#status === 'ready'
        ? this.intake.mailbox.size > 0 || (this.#control !== undefined && this.#control.length > 0)
        : this.#status === 'starting' && this.#current === undefined;
    if (!ready) return;
    this.#scheduled = true;
    this.#core.dispatcher.schedule(this);
  }

  #receive(item: Item<M>): void {
    if (!(item instanceof Envelope)) {
      this.#handle(item, undefined);
    } else if (item instanceof Request) {
      const request = item as Request<M, R>;
      request.place = 'handling';
      if (request.within === undefined) this.#handle(request.message, request);
      else this.#handleWithin(request, request.within);
    } else {
      const tick = item as TimerTick<M>;
      tick.taken();
      this.#handle(tick.message, undefined);
    }
  }

  #handle(message: M, request: Request<M, R> | undefined): void {
    const context = new MessageContext(this, message, request, 'message');
    this.#status = 'busy';
    // As `#call`, which would cost a closure for each message.
    this.#current = context;
    let result: NextState<unknown>;
    let later: boolean;
    try {
      result = this.#behaviour.receive(this.#state, message, context);
      // Looking at it may run code of the user's too.
      later = isLater(result);
    } catch (error) {
      this.#broken(context, error);
      return;
    }
    if (later) this.#follow(result as Later, context, this.#completed, this.#broken);
    else this.#completed(context, result);
  }

  /** Handles it once, whatever the function of the asking side does with the call. */
  #handleWithin(request: Request<M, R>, within: (call: () => void) => void): void {
    let called = false;
    const call = (): void => {
      if (called) return;
      called = true;
      this.#handle(request.message, request);
    };
    try {
      within(call);
    } catch (error) {
      this.thrown(error);
    }
    call();
  }

  /** Runs a piece of user code; exactly one of `done` and `failed` follows, now or later. */
  #call(
    context: MessageContext<M, R>,
    code: () => unknown,
    done: (context: MessageContext<M, R>, state: unknown) => void,
    failed: (context: MessageContext<M, R>, error: unknown) => void,
  ): void {
    this.#current = context;
    let result: unknown;
    let later: boolean;
    try {
      result = code();
      later = isLater(result);
    } catch (error) {
      failed.call(this, context, error);
      return;
    }
    if (later) this.#follow(result as Later, context, done, failed);
    else done.call(this, context, result);
  }

  #follow(
    result: Later,
    context: MessageContext<M, R>,
    done: (context: MessageContext<M, R>, state: unknown) => void,
    failed: (context: MessageContext<M, R>, error: unknown) => void,
  ): void {
    const letGo = followState<unknown>(
      result,
      (state) => done.call(this, context, state),
      (error) => failed.call(this, context, error),
      this.thrown,
    );
    if (letGo === undefined || this.#current !== context) return;
    const onAbort = (reason: unknown): void => {
      letGo();
      failed.call(this, context, reason);
    };
    if (context.aborted) onAbort(context.reason);
    else context.whenAborted(onAbort);
  }

  #completed(context: MessageContext<M, R>, state: unknown): void {
    if (this.#current !== context) return;
    this.#current = undefined;
    if (state !== undefined) this.#state = state;
    if (context.stashed) {
      this.#putAside(context);
    } else {
      this.#handled += 1;
      context.request?.complete();
    }
    this.#next();
  }

  #broken(context: MessageContext<M, R>, error: unknown): void {
    if (this.#current !== context) return;
    this.#current = undefined;
    context.request?.fail(error);
    if (context.aborted && isAbort(error, context.reason)) {
      // It did as it was told; there is nothing to supervise.
      this.#handled += 1;
      this.#next();
    } else {
      this.#crash(error, context.message, undefined);
    }
  }

  #putAside(context: MessageContext<M, R>): void {
    const item = itemOf<M, R>(context);
    if (this.#ending) this.intake.discard(item, 'stopped', this.#stoppedError());
    else this.#stash?.push(item);
    if (context.request !== undefined) context.request.place = 'stash';
  }

  /** Has the message under way give up in favour of one that has just arrived. */
  interrupt(): void {
    if (this.#status !== 'busy') return;
    this.#current?.abort(new ActorInterrupted('an interrupting message arrived', { actor: this.path }));
  }

  #next(): void {
    if (this.#ending) {
      this.#beginStop();
    } else {
      this.#status = 'ready';
      this.#wake();
    }
  }

  #obey(control: Control<M>): void {
    switch (control.type) {
      case 'message':
        this.#handle(control.message, undefined);
        return;
      case 'failure':
        this.#crash(control.cause, undefined, control.child);
        return;
      case 'restart':
        this.#restart(control.cause, control.delayMs);
        return;
      case 'terminated': {
        const { ref, cause } = control;
        if (this.#behaviour.onSignal !== undefined) {
          this.#signal({ type: 'terminated', ref, cause }, this.#completed, this.#broken);
        } else {
          const text = `${ref.path}, which it watches, has ended and there is no onSignal to tell it to`;
          this.#crash(new DeathPact(text, { actor: this.path, cause }), undefined, undefined);
        }
        return;
      }
      default:
        control satisfies never;
    }
  }

  #signal(
    signal: ActorSignal,
    done: (context: MessageContext<M, R>, state: unknown) => void,
    failed: (context: MessageContext<M, R>, error: unknown) => void,
  ): void {
    const context = new MessageContext<M, R>(this, signal, undefined, 'signal');
    if (this.#status === 'ready') this.#status = 'busy';
    this.#call(context, () => this.#behaviour.onSignal?.(this.#state, signal, context), done, failed);
  }

  // ---- failure

  /** `child`: whose failure this is, escalated. */
  #crash(cause: unknown, message: unknown, child: Child | undefined, inSetUp: boolean = false): void {
    this.#failed += 1;
    const asked = this.#supervisor.directiveFor(cause);
    const tryAgain = asked === 'restart' && this.#supervisor.retriesSetUp;
    const directive = this.#ending || (inSetUp && asked !== 'escalate' && !tryAgain) ? 'stop' : asked;
    this.log.error({ err: cause, directive }, `${this.path} failed: ${directive}`);
    this.#core.publish(() => ({ type: 'failed', path: this.path, cause, message, directive }));
    if (this.#ending) {
      this.#beginStop();
      return;
    }
    switch (directive) {
      case 'resume':
        this.#next();
        child?.resume();
        return;
      case 'stop':
        this.#stopAll(cause);
        return;
      case 'escalate':
        this.#status = 'suspended';
        this.#parent.escalated(this, cause);
        return;
      case 'restart': {
        const delayMs = this.#supervisor.nextRestart(this.clock.now());
        if (delayMs === undefined) {
          this.#stopAll(cause);
          return;
        }
        for (const sibling of this.#group()) sibling.restartWithGroup(cause, delayMs);
        this.#restart(cause, delayMs);
        return;
      }
      default:
        directive satisfies never;
    }
  }

  #stopAll(cause: unknown): void {
    for (const sibling of this.#group()) sibling.stop(cause);
    this.stop(cause);
  }

  #group(): readonly Child[] {
    return this.allForOne ? this.#parent.children.groupOf(this) : [];
  }

  get allForOne(): boolean {
    return this.#supervisor.allForOne;
  }

  resume(): void {
    if (this.#status === 'suspended') this.#next();
  }

  escalated(child: Child, cause: unknown): void {
    this.#command({ type: 'failure', cause, child });
  }

  restartWithGroup(cause: unknown, delayMs: number): void {
    // One that has not begun, or is being restarted already, needs nothing; one that is suspended waits for
    // its parent.
    if (this.#ending || (this.#status !== 'ready' && this.#status !== 'busy')) return;
    this.#command({ type: 'restart', cause, delayMs });
    this.#current?.abort(cause);
  }

  #command(control: Control<M>): void {
    if (this.#ending) return;
    (this.#control ??= new Deque()).push(control);
    this.#wake();
  }

  // ---- starting, restarting, stopping

  #setUp(): void {
    const context = new MessageContext<M, R>(this, undefined, undefined, 'setUp');
    this.#incarnation = context;
    this.#call(context, () => this.#behaviour.initial(context), this.#started, this.#setUpFailed);
  }

  #started(context: MessageContext<M, R>, state: unknown): void {
    if (this.#current !== context) return;
    this.#current = undefined;
    this.#state = state;
    this.#alive = true;
    this.#supervisor.started(this.clock.now());
    const cause = this.#restartCause;
    const { path } = this;
    if (this.#restarts > 0) this.#core.publish(() => ({ type: 'restarted', path, cause }));
    else this.#core.publish(() => ({ type: 'started', path }));
    this.#next();
  }

  #setUpFailed(context: MessageContext<M, R>, error: unknown): void {
    if (this.#current !== context) return;
    this.#current = undefined;
    if (this.#ending && context.aborted && isAbort(error, context.reason)) this.#beginStop();
    else this.#crash(error, undefined, undefined, true);
  }

  #restart(cause: unknown, delayMs: number): void {
    this.#status = 'restarting';
    this.#restarts += 1;
    this.#restartCause = cause;
    this.#delayMs = delayMs;
    const { path } = this;
    const restarts = this.#restarts;
    this.#core.publish(() => ({ type: 'restarting', path, cause, delayMs, restarts }));
    this.#timers?.cancelAll();
    this.#incarnation?.abort(cause);
    this.#stopChildren(() => this.#signalPreRestart());
  }

  #signalPreRestart(): void {
    if (!this.#alive || this.#behaviour.onSignal === undefined) {
      this.#released();
      return;
    }
    this.#alive = false;
    const cause = this.#restartCause;
    this.#signal({ type: 'pre-restart', cause }, this.#releasedBy, this.#releasingFailed);
  }

  #releasedBy(context: MessageContext<M, R>): void {
    if (this.#current !== context) return;
    this.#current = undefined;
    if (this.#status === 'restarting') this.#released();
    else this.#finish();
  }

  /** What fails while an actor is being taken down is told, and stops nothing. */
  #releasingFailed(context: MessageContext<M, R>, cause: unknown): void {
    if (this.#current !== context) return;
    this.#failed += 1;
    this.log.error({ err: cause }, `${this.path} failed while it was being released`);
    const { path } = this;
    this.#core.publish(() => ({ type: 'failed', path, cause, message: context.message, directive: 'stop' }));
    this.#releasedBy(context);
  }

  #released(): void {
    this.#alive = false;
    this.#state = undefined;
    if (this.#ending) {
      this.#beginStop();
    } else if (this.#delayMs === 0) {
      this.#status = 'starting';
      this.#wake();
    } else {
      this.#status = 'backoff';
      this.#backoffTimer = this.clock.setTimeout(() => {
        this.#status = 'starting';
        this.#wake();
      }, this.#delayMs);
    }
  }

  stop(cause: unknown): void {
    this.#end(cause, true);
  }

  #end(cause: unknown, abortCurrent: boolean): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#stopCause = cause;
    this.#control = undefined;
    this.#timers?.close();
    this.intake.close(this.#stoppedError());
    for (const item of this.#stash?.takeAll() ?? []) {
      this.intake.discard(item, 'stopped', this.#stoppedError());
    }
    if (this.#current !== undefined) {
      // It goes on once what is under way has settled.
      if (abortCurrent && this.#status !== 'restarting') this.#current.abort(this.#stoppedError());
    } else if (this.#status !== 'restarting') {
      this.clock.clearTimeout(this.#backoffTimer);
      this.#beginStop();
    }
  }

  #stoppedError(): ActorStopped {
    const cause = this.#stopCause;
    const fields = cause === undefined ? { actor: this.path } : { actor: this.path, cause };
    return this.intake.closedBy ?? new ActorStopped('the actor has stopped', fields);
  }

  #beginStop(): void {
    // An observer called in between (of a reply, an event) may have stopped the actor already.
    if (this.#status === 'stopping' || this.#status === 'stopped') return;
    this.#status = 'stopping';
    this.#incarnation?.abort(this.#stoppedError());
    this.#stopChildren(() => this.#signalStopped());
  }

  #stopChildren(then: () => void): void {
    const children = this.#children;
    if (children === undefined || children.size === 0) {
      then();
      return;
    }
    this.#childrenGone = then;
    for (const child of children.list()) {
      this.#watchList?.unwatch(child.ref);
      child.stop(undefined);
    }
  }

  /** What happens when the last child has ended; set while they are being stopped. */
  #childrenGone: (() => void) | undefined = undefined;

  childStopped(child: Child): void {
    this.#children?.delete(child);
    if (this.#children?.size !== 0) return;
    const then = this.#childrenGone;
    this.#childrenGone = undefined;
    then?.();
  }

  #signalStopped(): void {
    if (!this.#alive || this.#behaviour.onSignal === undefined) {
      this.#finish();
      return;
    }
    this.#signal({ type: 'stopped' }, this.#releasedBy, this.#releasingFailed);
  }

  #finish(): void {
    if (this.#status === 'stopped') return;
    this.#status = 'stopped';
    this.#state = undefined;
    this.#incarnation = undefined;
    this.#watchList?.clear();
    const cause = this.#stopCause;
    const { path } = this;
    this.#core.publish(() => ({ type: 'stopped', path, cause }));
    this.#parent.childStopped(this);
    const listeners = this.#onTermination;
    this.#onTermination = undefined;
    for (const listener of listeners ?? []) listener({ path, cause });
  }

  forceStop(): void {
    this.stop(undefined);
    for (const child of this.#children?.list() ?? []) child.forceStop();
    const current = this.#current;
    if (current !== undefined) {
      this.#current = undefined;
      if (current.kind === 'message')
        this.intake.discard(itemOf<M, R>(current), 'stopped', this.#stoppedError());
    }
    this.#finish();
  }

  collectAlive(into: string[]): void {
    for (const child of this.#children?.list() ?? []) child.collectAlive(into);
    if (this.#status !== 'stopped') into.push(this.path);
  }

  child(name: string): Child | undefined {
    return this.#children?.get(name);
  }

  node(): ActorNode {
    const { size: depth, capacity } = this.intake.mailbox;
    return {
      name: this.name,
      path: this.path,
      status: this.#status,
      state: undefined,
      mailbox: { depth, capacity },
      handled: this.#handled,
      failed: this.#failed,
      restarts: this.#restarts,
      children: this.#children?.list().map((child) => child.node()) ?? [],
    };
  }

  /**
   * Calls back when the actor has ended, at once when it has already. The function returned takes it back.
   */
  onTermination(listener: (termination: Termination) => void): () => void {
    if (this.#status === 'stopped') {
      listener({ path: this.path, cause: this.#stopCause });
      return () => undefined;
    }
    const listeners = (this.#onTermination ??= new Set());
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  // ---- what a context offers

  get clock(): Clock {
    return this.#core.clock;
  }

  get log(): Logger {
    return (this.#log ??= actorLogger(this.#core.logger, this.path));
  }

  /**
   * Something of the user's was thrown where it changes nothing: by what a handler left behind as it ended,
   * by a listener, by a subscriber.
   */
  readonly thrown = (error: unknown): void =>
    this.log.error({ err: error }, `${this.path}: thrown where nobody waits for it: ${describeError(error)}`);

  get contracts(): ReadonlyMap<string, ActorContract> | undefined {
    return this.#behaviour.contracts;
  }

  get children(): Children {
    return (this.#children ??= new Children(this.path));
  }

  get timers(): Timers<M> {
    if (this.#timers === undefined) {
      this.#timers = new Timers(this.clock, (tick) => this.intake.put(tick, false));
      if (this.#ending) this.#timers.close();
    }
    return this.#timers;
  }

  childRefs(): readonly AnyActorRef[] {
    return this.#children?.list().map((child) => child.ref) ?? [];
  }

  spawnChild<S, N, Q>(
    nameOrBehaviour: string | Spawnable<S, N, Q>,
    behaviourOrOptions: Spawnable<S, N, Q> | SpawnOptions<N> | undefined,
    options: SpawnOptions<N> | undefined,
  ): ActorRef<N, Q> {
    const down = this.#ending || this.#status === 'restarting' || this.#status === 'backoff';
    if (down) throw new ActorStopped('an actor being taken down has no more children', { actor: this.path });
    return this.#core.spawn(this, nameOrBehaviour, behaviourOrOptions, options);
  }

  stopFromInside(ref: AnyActorRef | undefined, context: MessageContext<M, R>): void {
    if (ref !== undefined) {
      const child = this.#children?.list().find((one) => one.ref === ref);
      requireOption(child !== undefined, `stop: ${ref.path} is no child of ${this.path}`);
      child?.stop(undefined);
    } else if (this.#current === context) {
      // Its own wish is no reason to abort what it is doing.
      this.#end(undefined, false);
    } else {
      this.stop(undefined);
    }
  }

  watch(ref: AnyActorRef, replacement: { readonly message: M } | undefined): void {
    if (this.#ending || ref.path === this.path) return;
    (this.#watchList ??= new WatchList(this.thrown)).watch(ref, ({ cause }) => {
      this.#command(
        replacement === undefined
          ? { type: 'terminated', ref, cause }
          : { type: 'message', ref, message: replacement.message },
      );
    });
  }

  unwatch(ref: AnyActorRef): void {
    this.#watchList?.unwatch(ref);
    this.#control?.filter((control) => !('ref' in control) || control.ref !== ref);
  }

  unhandled(message: unknown): void {
    const { path } = this;
    this.log.debug({}, `${path} does not handle a message`);
    this.#core.publish(() => ({ type: 'unhandled', path, message }));
  }

  reserveStash(): void {
    (this.#stash ??= new Stash(this.path, this.#stashCapacity)).requireRoom();
  }

  unstashAll(): void {
    this.intake.putBack(this.#stash?.takeAll() ?? []);
  }

  pipeToSelf<T>(
    work: PromiseLike<T> | Observable<T>,
    toMessage: (result: T) => M,
    toFailure: ((error: unknown) => M) | undefined,
  ): void {
    const ended$ = new Observable<Termination>((subscriber) =>
      this.onTermination((termination) => subscriber.next(termination)),
    );
    pipeInto(
      // What a promise still brings is a dead letter; an Observable could go on for ever.
      isObservable(work) ? work.pipe(takeUntil(ended$)) : work,
      toMessage,
      toFailure,
      // A refusal is a dead letter already.
      (message) => void this.ref.offer(message).catch(() => undefined),
      (cause) => this.#command({ type: 'failure', cause, child: undefined }),
      this.thrown,
    );
  }
}

function itemOf<M, R>(context: MessageContext<M, R>): Item<M> {
  return context.request ?? (context.message as M);
}

/** Whether a handler failed only because it was told to give up. */
function isAbort(error: unknown, reason: unknown): boolean {
  if (error === reason) return true;
  return (
    readProperty(error, 'name') === 'AbortError' ||
    (isInstance(error, Error) && readProperty(error, 'cause') === reason)
  );
}
