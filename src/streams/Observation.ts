import type { TrafficObserver } from './TrafficObserver';

/** What hosts and clients of one app tell of their traffic. While `current` is undefined nobody watches, and watching costs nothing. */
export class Observation {
  current: TrafficObserver | undefined = undefined;
  /** Bytes read from and handed to sockets since the app was made. */
  receivedBytes = 0;
  sentBytes = 0;
}
