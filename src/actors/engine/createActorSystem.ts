import { Observable, Subject, takeUntil, type Subscription } from 'rxjs';
import { ActorStopped } from '../../errors/actors';
import { type Clock, systemClock, withLongTimers, yieldTurn } from '../../runtime/Clock';
import type { RxcometError } from '../../errors/RxcometError';
import { guardClock, guardRandom, guardTurn } from '../../runtime/guardClock';
import { guardStream } from '../../runtime/GuardedStream';
import { guardLogger, silentLogger } from '../../runtime/Logger';
import { ActorCell } from './ActorCell';
import type {
  ActorEvent,
  ActorEventBody,
  ActorNode,
  ActorSystem,
  ActorSystemOptions,
  StopReport,
} from '../ActorSystem';
import type { ActorRef, AnyActorRef } from '../ActorRef';
import type { Behaviour, SpawnOptions, Spawnable } from '../behaviour';
import { type Child, UserRoot } from './Children';
import { DeadLetterOffice } from './DeadLetterOffice';
import { Dispatcher } from './Dispatcher';
import { requireOption } from '../requireOption';
import { SystemActors } from './SystemActors';
import type { SystemCore } from './SystemCore';
import { keepProcessFor } from '../../runtime/keepProcess';

/** How long a stop waits for what does not settle. */
const DEFAULT_GRACE_MS = 5000;

/**
 * Makes an actor system without sockets. An app has its own, `app.actors`.
 *
 * @param name for people, in logs; the `name` of the tree's root
 * @example
 * const system = createActorSystem('lab', { logger });
 * const stage = system.spawn('stage', (position: number | undefined, to: number, context: ActorContext<number, number>) => {
 *   context.reply(to - (position ?? 0));
 *   return to;
 * });
 * await stage.ask(12);                                  // 12
 * system.deadLetters$.subscribe(({ target, reason }) => console.warn(target, reason));
 * await system.stop({ graceMs: 1000 });
 */
export function createActorSystem(name: string, options: ActorSystemOptions = {}): ActorSystem {
  const { treeIntervalMs = 1000 } = options;
  const logger = guardLogger(options.logger ?? silentLogger);
  const clock = guardClock(withLongTimers(options.clock ?? systemClock), logger);
  const random = guardRandom(options.random ?? Math.random);
  const report = (error: RxcometError): void => logger.error({ code: error.code, err: error }, error.message);
  requireOption(treeIntervalMs > 0, 'treeIntervalMs: above 0');
  const events$ = new Subject<ActorEvent>();
  const over$ = new Subject<void>();
  const root = new UserRoot();
  const deadLetters = new DeadLetterOffice(clock, logger);
  let stopping: Promise<StopReport> | undefined;

  const publish = (body: () => ActorEventBody): void => {
    if (events$.observed) events$.next({ ...body(), at: clock.wallTime() });
  };

  const core: SystemCore = {
    clock,
    random,
    logger,
    deadLetters,
    dispatcher: new Dispatcher(clock, guardTurn(options.yieldTurn ?? yieldTurn, logger)),
    publish,
    spawn(parent, ...args) {
      const given = readArguments(...args);
      const childName = parent.children.claim(given.name);
      const path = `${parent.path}/${childName}`;
      const cell = new ActorCell(core, parent, childName, path, given.behaviour, given.options);
      parent.children.add(cell);
      return cell.ref;
    },
  };
  const systemActors = new SystemActors(publish);

  const tree = (): ActorNode => ({
    ...root.node(),
    name,
    path: '/',
    children: [root.node(), systemActors.node()],
  });

  const locate = (path: string): Child | undefined => {
    const [empty, user, first, ...rest] = path.split('/');
    if (empty !== '' || user !== 'user' || first === undefined) return undefined;
    let child = root.children.get(first);
    for (const step of rest) child = child?.child(step);
    return child;
  };

  const stop = async (graceMs: number): Promise<StopReport> => {
    const all: string[] = [];
    for (const child of root.children.list()) child.collectAlive(all);
    for (const child of root.children.list()) child.stop(undefined);
    await before(clock, graceMs, (done) => root.whenEmpty(done));
    const unfinished: string[] = [];
    for (const child of root.children.list()) child.collectAlive(unfinished);
    for (const child of root.children.list()) child.forceStop();
    over$.next();
    events$.complete();
    deadLetters.letters$.complete();
    return { stopped: all.length - unfinished.length, unfinished };
  };

  const stopActor = async (ref: AnyActorRef, graceMs: number): Promise<void> => {
    const child = locate(ref.path);
    const own = child?.ref === ref ? child : undefined;
    own?.stop(undefined);
    let watching: Subscription | undefined;
    await before(clock, graceMs, (done) => {
      watching = ref.terminated$.subscribe({ complete: done });
    });
    own?.forceStop();
    watching?.unsubscribe();
  };

  return {
    name,
    clock,
    events$: guardStream(events$, report),
    deadLetters$: guardStream(deadLetters.letters$, report),
    tree$: guardStream(everyInterval(clock, treeIntervalMs, tree).pipe(takeUntil(over$)), report),
    tree,
    find: (path) => locate(path)?.ref,
    spawn<S, M, R>(
      nameOrBehaviour: string | Spawnable<S, M, R>,
      behaviourOrOptions?: Spawnable<S, M, R> | SpawnOptions<M>,
      spawnOptions?: SpawnOptions<M>,
    ): ActorRef<M, R> {
      if (stopping !== undefined) throw new ActorStopped('the system has been stopped', { actor: '/user' });
      return core.spawn(root, nameOrBehaviour, behaviourOrOptions, spawnOptions);
    },
    stopActor(ref, { graceMs = DEFAULT_GRACE_MS } = {}) {
      requireOption(graceMs >= 0, 'graceMs: 0 or above');
      return keepProcessFor(stopActor(ref, graceMs));
    },
    stop({ graceMs = DEFAULT_GRACE_MS } = {}) {
      requireOption(graceMs >= 0, 'graceMs: 0 or above');
      return (stopping ??= keepProcessFor(stop(graceMs)));
    },
    register: (path, state) => systemActors.register(path, state),
    deadLetter: (target, message, reason) => deadLetters.publish(target, message, reason),
  };
}

interface SpawnArguments<M, R> {
  readonly name: string | undefined;
  readonly behaviour: Behaviour<unknown, M, R>;
  readonly options: SpawnOptions<M>;
}

function readArguments<S, M, R>(
  nameOrBehaviour: string | Spawnable<S, M, R>,
  behaviourOrOptions: Spawnable<S, M, R> | SpawnOptions<M> | undefined,
  options: SpawnOptions<M> | undefined,
): SpawnArguments<M, R> {
  const named = typeof nameOrBehaviour === 'string';
  const spawnable = (named ? behaviourOrOptions : nameOrBehaviour) as Spawnable<S, M, R> | undefined;
  const behaviour =
    typeof spawnable === 'function' ? { initial: () => undefined, receive: spawnable } : spawnable;
  requireOption(
    typeof behaviour?.receive === 'function' && typeof behaviour.initial === 'function',
    'spawn: a behaviour is a function or has initial and receive',
  );
  return {
    name: named ? nameOrBehaviour : undefined,
    // Only the behaviour itself knows the type of its state; the cell merely keeps it.
    behaviour: behaviour as Behaviour<unknown, M, R>,
    options: (named ? options : (behaviourOrOptions as SpawnOptions<M> | undefined)) ?? {},
  };
}

/** Resolves when `watch` calls back, or after `ms`. */
function before(clock: Clock, ms: number, watch: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimeout(resolve, ms, { ref: true });
    watch(() => {
      clock.clearTimeout(timer);
      resolve();
    });
  });
}

/** What `read` gives, at once and then every `intervalMs`. */
function everyInterval<T>(clock: Clock, intervalMs: number, read: () => T): Observable<T> {
  return new Observable((subscriber) => {
    let timer: unknown;
    const emit = (): void => {
      timer = clock.setTimeout(emit, intervalMs);
      subscriber.next(read());
    };
    emit();
    return () => clock.clearTimeout(timer);
  });
}
