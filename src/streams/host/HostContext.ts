import type { HostConfig } from '../../config/types/HostConfig';
import type { RxcometError } from '../../errors/RxcometError';
import type { Clock } from '../../runtime/Clock';
import type { ConnectionEvent } from '../messages/ConnectionEvent';
import type { DedupHook, DedupStore } from '../dedup/DedupStore';
import type { Exchange } from '../dispatch/Exchange';
import type { HandlerRegistry } from '../dispatch/HandlerRegistry';
import type { MemoryBudget } from './MemoryBudget';
import type { Message } from '../messages/Message';
import type { Observation } from '../messages/TrafficObserver';
import type { Transport } from '../transport/Transport';
import type { AllowList } from './AllowList';
import type { Dedup } from '../dedup/Dedup';
import type { HandlerChain } from '../dispatch/HandlerChain';
import type { RequestReader } from './RequestReader';
import type { TimeoutEntry, TimeoutQueue } from '../../runtime/TimeoutQueue';

/** What a host needs of its app. */
export interface HostOptions {
  readonly config: HostConfig;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly registry: HandlerRegistry;
  readonly bigint: boolean;
  /** Account of unread and unsent bytes; default the one of the process. */
  readonly memory?: MemoryBudget;
  /** Where `Dedup.Path` is, else undefined; the host opens and closes it. */
  readonly dedupStore?: DedupStore | undefined;
  /** For specs that end the process at a step. */
  readonly dedupHook?: DedupHook | undefined;
  readonly onMessage: (message: Message) => void;
  readonly onConnection: (event: ConnectionEvent) => void;
  readonly onDeadLetter: (exchange: Exchange, error: RxcometError) => void;
  readonly report: (error: RxcometError) => void;
  readonly observation: Observation;
}

/** A connection that has had its last frame and waits for the peer's FIN. */
export interface Lingering extends TimeoutEntry {
  /** Linger_ms passed. */
  lingered(): void;
}

/** What the connections of one host share. */
export interface HostContext {
  readonly config: HostConfig;
  readonly clock: Clock;
  readonly chain: HandlerChain;
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
  readonly lingering: TimeoutQueue<Lingering>;
  /** Sees every accepted message before its handlers. */
  readonly onMessage: (message: Message) => void;
  readonly report: (error: RxcometError) => void;
}
