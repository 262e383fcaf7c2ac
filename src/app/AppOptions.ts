import type { Clock } from '../runtime/Clock';
import type { Logger } from '../runtime/Logger';
import type { Transport } from '../streams/transport/Transport';

/** What an app is made with; everything has a default. */
export interface AppOptions {
  /** Default: warnings and errors to stderr. Any pino-compatible logger fits. */
  readonly logger?: Logger;
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
  /** 0 up to 1, for jitter. Default Math.random. */
  readonly random?: () => number;
  /** Default: TCP sockets. Tests hand in memory. */
  readonly transport?: Transport;
}
