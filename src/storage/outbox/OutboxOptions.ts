import type { ClientConfig, ClientQueueConfig } from '../../config/types/ClientConfig';
import type { RxcometError } from '../../errors/RxcometError';
import type { Clock } from '../../runtime/Clock';
import type { KeyValueStore } from '../KeyValueStore';

/** What an outbox needs of its app. */
export interface OutboxOptions {
  /** Folder of the store. */
  readonly path: string;
  /** Name of the client. */
  readonly client: string;
  readonly clock: Clock;
  /** 0 up to 1, for jitter. */
  readonly random: () => number;
  /** Is told of every message that could not be kept or was given up, and of what is wrong with the store. */
  readonly report: (error: RxcometError, action: string) => void;
  readonly queue: ClientQueueConfig;
  readonly reconnect: ClientConfig['reconnect'];
  /** What keeps the data; a LevelStore at `path` when left out. */
  readonly store?: KeyValueStore;
}
