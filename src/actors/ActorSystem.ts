import type { Observable } from 'rxjs';
import type { Directive } from './SupervisionStrategy';
import type { Clock } from '../runtime/Clock';
import type { Logger } from '../runtime/Logger';
import type { AnyActorRef } from './ActorRef';
import type { Spawner } from './behaviour';

/** What happens to actors, on `system.events$`. `at` is wall-clock time in milliseconds since 1970. */
export type ActorEvent =
  | { readonly type: 'started'; readonly path: string; readonly at: number }
  /** `message` is what it was handling; undefined for a failure outside messages. */
  | {
      readonly type: 'failed';
      readonly path: string;
      readonly at: number;
      readonly cause: unknown;
      readonly message: unknown;
      readonly directive: Directive;
    }
  /**
   * It will be set up anew after `delayMs`; `restarts` counts them since it was spawned, this one included.
   */
  | {
      readonly type: 'restarting';
      readonly path: string;
      readonly at: number;
      readonly cause: unknown;
      readonly delayMs: number;
      readonly restarts: number;
    }
  | { readonly type: 'restarted'; readonly path: string; readonly at: number; readonly cause: unknown }
  /** `cause` is the failure that ended it; undefined when it was asked to stop. */
  | { readonly type: 'stopped'; readonly path: string; readonly at: number; readonly cause: unknown }
  | { readonly type: 'unhandled'; readonly path: string; readonly at: number; readonly message: unknown }
  /** A system actor has a new state. */
  | { readonly type: 'changed'; readonly path: string; readonly at: number; readonly state: unknown };

/** An event without its time. */
export type ActorEventBody = ActorEvent extends infer E
  ? E extends ActorEvent
    ? Omit<E, 'at'>
    : never
  : never;

/**
 * What an actor is doing. `busy`: handling a message that has not settled. `suspended`: waiting for its
 * parent's decision.
 */
export type ActorStatus =
  'starting' | 'ready' | 'busy' | 'suspended' | 'restarting' | 'backoff' | 'stopping' | 'stopped';

/** One actor in a snapshot of the hierarchy. */
export interface ActorNode {
  readonly name: string;
  readonly path: string;
  /** Undefined for the roots (`/user`, `/system`) and for system actors. */
  readonly status: ActorStatus | undefined;
  /** The state a system actor shows; undefined for others, whose state is theirs. */
  readonly state: unknown;
  readonly mailbox: { readonly depth: number; readonly capacity: number };
  /** Messages handled to their end, those whose asker gave up included. */
  readonly handled: number;
  /** Failures that went to supervision. */
  readonly failed: number;
  readonly restarts: number;
  readonly children: readonly ActorNode[];
}

/**
 * Why a message did not arrive. `stopped`: its actor has ended, or ended before handling it. `mailbox-full`:
 * refused. `dropped`: given up by `drop-oldest` or `drop-newest`. `abandoned`: the asking side gave up before
 * it was handled. `late-reply`: a reply nobody awaits any more; `message` is the reply. `no-handler`: a peer
 * sent an action that nothing handles.
 */
export type DeadLetterReason =
  'stopped' | 'mailbox-full' | 'dropped' | 'abandoned' | 'late-reply' | 'no-handler';

/** A message that was not delivered. */
export interface DeadLetter {
  /** Path of the actor it was meant for; of a late reply, of the actor that gave it. */
  readonly target: string;
  readonly message: unknown;
  readonly reason: DeadLetterReason;
  /** Wall-clock time in milliseconds since 1970. */
  readonly at: number;
}

/**
 * A hierarchy of actors: those spawned by the user under `/user`, what belongs to the machinery under
 * `/system`.
 */
export interface ActorSystem extends Spawner {
  readonly name: string;
  readonly clock: Clock;
  /** Lifecycle and failures. Hot; completes when the system has stopped. */
  readonly events$: Observable<ActorEvent>;
  /**
   * Messages that were not delivered. Hot; completes when the system has stopped. The first ten a minute are
   * logged as well.
   */
  readonly deadLetters$: Observable<DeadLetter>;
  /**
   * The whole hierarchy: at subscription, then every `treeIntervalMs` while somebody listens. Completes when
   * the system has stopped.
   */
  readonly tree$: Observable<ActorNode>;
  /** The hierarchy at this moment. */
  tree(): ActorNode;
  /** The living actor of that path, such as /user/stage; undefined when there is none. */
  find(path: string): AnyActorRef | undefined;
  /**
   * Stops an actor of this system and all below it; resolves when it has ended. Its message under way settles
   * first, and its signal aborts; what has not ended after `graceMs` (default 5000, Infinity waits) is let go
   * of.
   */
  stopActor(ref: AnyActorRef, options?: { readonly graceMs?: number }): Promise<void>;
  /**
   * Stops all actors, from the top: each one ends its message under way, then its children, then hears
   * `stopped`. What has not ended after `graceMs` (default 5000, Infinity waits) is let go of without
   * waiting, and named. A second call gets the result of the first.
   */
  stop(options?: { readonly graceMs?: number }): Promise<StopReport>;
  /** Makes something of the machinery visible at /system/…, such as a connection. Throws ERR_NAME_TAKEN. */
  register(path: string, state: unknown): SystemActor;
  /** For whoever delivers on behalf of this system, such as a bridge to a socket. */
  deadLetter(target: string, message: unknown, reason: DeadLetterReason): void;
}

/** How a system stopped. */
export interface StopReport {
  /** Actors that ended in time. */
  readonly stopped: number;
  /** Paths of those that did not, deepest first. */
  readonly unfinished: readonly string[];
}

/** Something of the machinery that shows its state in the hierarchy. It takes no messages. */
export interface SystemActor {
  readonly path: string;
  /** Shows a new state; a `changed` event. */
  update(state: unknown): void;
  /** It has ended; a `stopped` event. */
  remove(cause?: unknown): void;
}

/** Options of a system; every default is the real thing, a spec or a replay hands in its own. */
export interface ActorSystemOptions {
  readonly clock?: Clock;
  /** In [0, 1), as Math.random, the default; for the jitter of backoff. */
  readonly random?: () => number;
  /** Default: says nothing. */
  readonly logger?: Logger;
  /** Lets timers and sockets have a turn; default setImmediate. */
  readonly yieldTurn?: (callback: () => void) => void;
  /** Time between two values of `tree$`; default 1000. */
  readonly treeIntervalMs?: number;
}
