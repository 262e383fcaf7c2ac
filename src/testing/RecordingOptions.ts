import type { Clock } from '../runtime/Clock';
import type { RecordingSink } from './RecordingSink';

/** How a recording is written. */
export interface RecordingOptions {
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Compress; default: when the file's name ends in .gz. */
  readonly gzip?: boolean;
  /** Begin a new file (`name.2.ndjson`, …) once one has this many bytes; default 0 = never. */
  readonly rotateBytes?: number;
  /** Paths of values that must not enter the file, such as `value.password`; see `JsonPath`. */
  readonly redact?: readonly string[];
  /** How long an event may wait before it is written; default 100 ms. */
  readonly flushMs?: number;
  /** Characters that may wait for a slow or full disk; what does not fit is lost, counted and marked. Default 16 MiB. */
  readonly maxPending?: number;
  /** Told once for each stretch of trouble with the disk. */
  readonly onTrouble?: (error: unknown) => void;
  /** Where a file's bytes go; default: a file of that name. */
  readonly openSink?: (file: string) => Promise<RecordingSink>;
}
