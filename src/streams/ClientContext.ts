import type { ClientConfig } from '../config/ClientConfig';
import type { Clock } from '../runtime/Clock';
import type { Observation } from './messages/TrafficObserver';

/** What the connections of one client share. */
export interface ClientContext {
  readonly config: ClientConfig;
  readonly clock: Clock;
  readonly bigint: boolean;
  /** Largest reply content taken, bytes. */
  readonly maxContentBytes: number;
  readonly maxNesting: number;
  readonly observation: Observation;
}
