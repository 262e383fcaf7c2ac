import type { Observable } from 'rxjs';
import type { Clock } from '../runtime/Clock';
import type { Logger } from '../runtime/Logger';
import type { ActorEvent } from './ActorEvent';
import type { ActorNode } from './ActorNode';
import type { AnyActorRef } from './ActorRef';
import type { DeadLetter, DeadLetterReason } from './DeadLetter';
import type { Spawner } from './Spawner';

/** A hierarchy of actors: those spawned by the user under `/user`, what belongs to the machinery under `/system`. */
export interface ActorSystem extends Spawner {
  readonly name: string;
  readonly clock: Clock;
  /** Lifecycle and failures. Hot; completes when the system has stopped. */
  readonly events$: Observable<ActorEvent>;
  /** Messages that were not delivered. Hot; completes when the system has stopped. The first ten a minute are logged as well. */
  readonly deadLetters$: Observable<DeadLetter>;
  /**
   * The whole hierarchy: at subscription, then every `treeIntervalMs` while somebody listens. Completes when the system has stopped.
   */
  readonly tree$: Observable<ActorNode>;
  /** The hierarchy at this moment. */
  tree(): ActorNode;
  /** The living actor of that path, such as /user/stage; undefined when there is none. */
  find(path: string): AnyActorRef | undefined;
  /** Stops an actor of this system and all below it; resolves when it has ended. Its message under way settles first. */
  stopActor(ref: AnyActorRef): Promise<void>;
  /**
   * Stops all actors, from the top: each one ends its message under way, then its children, then hears `stopped`. What has not ended
   * after `graceMs` (default 5000) is let go of without waiting, and named. A second call gets the result of the first.
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
