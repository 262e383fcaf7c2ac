import type { HostConfig } from '../config/HostConfig';
import type { RxcometError } from '../errors/RxcometError';
import type { Clock } from '../runtime/Clock';
import type { AllowList } from './AllowList';
import type { Dedup } from './dedup/Dedup';
import type { Dispatcher } from './dispatch/HandlerChain';
import type { Dialect, Message } from './messages/Message';
import type { HostConnection } from './HostConnection';
import type { MemoryBudget } from './MemoryBudget';
import type { Observation } from './messages/TrafficObserver';
import type { RequestReader } from './RequestReader';
import type { TimeoutQueue } from '../runtime/TimeoutQueue';

/** What the connections of one host share. */
export interface HostContext {
  readonly config: HostConfig;
  readonly clock: Clock;
  readonly dispatcher: Dispatcher;
  /** Knows repeats by their key; undefined: `Dedup` is not configured. */
  readonly dedup: Dedup | undefined;
  readonly requests: RequestReader;
  /** ip:port that peers connect to. */
  readonly name: string;
  /** Who may connect; undefined: everybody. */
  readonly allow: AllowList | undefined;
  /** Checks the header key `authorization` against `Token`; undefined: the host has none. */
  readonly isAuthorized: ((authorization: unknown) => boolean) | undefined;
  readonly memory: MemoryBudget;
  readonly observation: Observation;
  /** Linger of connections that have had their last frame. */
  readonly lingering: TimeoutQueue<HostConnection>;
  /** Sees every accepted message before its handlers. */
  readonly onMessage: (message: Message) => void;
  readonly report: (error: RxcometError) => void;
  readonly onDialect: (connection: HostConnection, dialect: Dialect) => void;
  readonly onClosed: (connection: HostConnection) => void;
}
