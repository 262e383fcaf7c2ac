import type { HostConfig } from '../config/HostConfig';
import type { RxcometError } from '../errors/RxcometError';
import type { Clock } from '../runtime/Clock';
import type { ConnectionEvent } from './messages/ConnectionEvent';
import type { DedupHook, DedupStore } from './dedup/DedupStore';
import type { Exchange } from './dispatch/Exchange';
import type { HandlerRegistry } from './dispatch/HandlerRegistry';
import type { MemoryBudget } from './MemoryBudget';
import type { Message } from './messages/Message';
import type { Observation } from './messages/TrafficObserver';
import type { Transport } from './transport/Transport';

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
