import type { Clock } from '../../runtime/Clock';
import type { Logger } from '../../runtime/Logger';
import type { ActorRef } from '../ActorRef';
import type { ActorEventBody } from '../ActorSystem';
import type { DeadLetterOffice } from './DeadLetterOffice';
import type { Dispatcher } from './Dispatcher';
import type { Parent } from './Children';
import type { SpawnOptions, Spawnable } from '../behaviour';

/** What every actor of a system shares. */
export interface SystemCore {
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly dispatcher: Dispatcher;
  readonly deadLetters: DeadLetterOffice;
  spawn<S, M, R>(
    parent: Parent,
    nameOrBehaviour: string | Spawnable<S, M, R>,
    behaviourOrOptions: Spawnable<S, M, R> | SpawnOptions<M> | undefined,
    options: SpawnOptions<M> | undefined,
  ): ActorRef<M, R>;
  /** The body is made only when somebody listens. */
  publish(body: () => ActorEventBody): void;
}
