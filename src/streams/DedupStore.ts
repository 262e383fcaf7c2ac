import type { DedupFailed } from '../errors/handling';
import type { KeptAnswer } from './KeptAnswer';

/** What a store knows of a message when it is opened. */
export interface StoredKey {
  readonly key: string;
  /** When it was entered, or answered when it was; ms since 1970. */
  readonly at: number;
  /** False: its handlers were begun, or were about to. */
  readonly answered: boolean;
}

/** What was found at opening. */
export interface OpenedDedup {
  /** Oldest first. */
  readonly keys: readonly StoredKey[];
  /** Some of it is lost; undefined: all is there. */
  readonly problem: DedupFailed | undefined;
}

/**
 * Where a host keeps message-keys and answers beyond its own life; implemented in src/outbox. What is written survives the end of the
 * process, however sudden. Writes take effect in the order of the calls.
 */
export interface DedupStore {
  /**
   * Opens it and tells what it holds. Rejects with DedupLocked (ERR_DEDUP_LOCKED), DedupFailed (ERR_DEDUP) or MissingPackage
   * (ERR_MISSING_PACKAGE).
   */
  open(): Promise<OpenedDedup>;
  /** Resolves when it is written that the message is about to be handled. Rejects with DedupFailed. */
  enter(key: string, at: number): Promise<void>;
  /** Resolves when it is written that the message was answered; undefined: with an answer too large to keep. Rejects with DedupFailed. */
  keep(key: string, at: number, answer: KeptAnswer | undefined): Promise<void>;
  /** Undefined: the answer was too large to keep. Rejects with DedupFailed. */
  recall(key: string): Promise<KeptAnswer | undefined>;
  /** Deletes with the next write. */
  forget(key: string): void;
  /** Resolves when all is written and the folder is free for others. Never rejects. */
  close(): Promise<void>;
}
