import type { OutboxRefusal } from './KeptMessage';
import type { OutboxTotals } from './records';

/** A message as it lies in an outbox. */
export interface OutboxEntry {
  /** Its message-key (protocol 2). */
  readonly key: string;
  readonly action: string;
  /** When it was told, ms since 1970. */
  readonly at: number;
  /** JSON text of the whole request; undefined for raw content. */
  readonly text: string | undefined;
  readonly raw: Uint8Array | undefined;
  /** Of a dead letter: the last answer, how often it was tried, and when. */
  readonly refusal: OutboxRefusal | undefined;
}

/**
 * The outbox of an app that is not running, as tools see it; from `inspectOutbox`. Holds the folder until it
 * is closed.
 */
export interface OutboxInspector {
  /** Messages that wait, the bytes of their contents, and dead letters. */
  readonly totals: Readonly<OutboxTotals>;

  /** What waits to be delivered, in order. */
  waiting(): AsyncGenerator<OutboxEntry, void, undefined>;

  /** What the peer refused too often, the oldest first. */
  deadLetters(): AsyncGenerator<OutboxEntry, void, undefined>;

  /**
   * Puts dead letters behind what waits, so that they go out at the next start of the app, each under its old
   * key.
   *
   * @param keys which; all when left out
   * @returns the keys of those that were put back
   */
  retry(keys?: readonly string[]): Promise<string[]>;

  /**
   * Deletes dead letters for good.
   *
   * @param keys which, also of messages that wait; all dead letters when left out
   * @returns the keys of those that were deleted
   */
  drop(keys?: readonly string[]): Promise<string[]>;

  /** Gives the folder free. */
  close(): Promise<void>;
}
