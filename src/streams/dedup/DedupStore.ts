import type { EncodedResult } from '../dispatch/encodeResult';
import type { Exchange, NextOutcome, ReplyPort } from '../dispatch/Exchange';
import type { DedupFailed } from '../../errors/handling';

/** The successful answer of a message, for its repeats. */
export interface KeptAnswer {
  /** True: results of a stream, in their order. False: the one result. */
  readonly streamed: boolean;
  readonly results: readonly EncodedResult[];
}

/**
 * Steps in the life of a message with a key, in their order, for specs that end the process there: around the
 * write of the mark that says "entered", before the handlers are asked, when the answer is written, when the
 * acknowledgement was handed to the system.
 */
type DedupStep = 'before-write' | 'after-write' | 'handler-entered' | 'answer-kept' | 'ack-written';

/** Called at each step with the message-key. */
export type DedupHook = (step: DedupStep, key: string) => void;

/** What `Dedup` of a host did, since the app was made. */
export interface DedupCounts {
  /** Message-keys that would be known again, now. */
  readonly keys: number;
  /** Repeats that came while their message was being handled, and got its answer. */
  readonly joined: number;
  /** Repeats that came after it, and got the kept answer. */
  readonly repeated: number;
  /**
   * Message-keys forgotten before `Dedup.Window_ms` was over, because there were more than `Dedup.Max_keys`.
   */
  readonly forgottenEarly: number;
}

/** Where a message with a key came from, and its repeats: gets answers that are encoded already. */
export interface JoinerPort extends ReplyPort {
  encodedResult(exchange: Exchange, result: EncodedResult): void;
  encodedNext(exchange: Exchange, result: EncodedResult): NextOutcome;
  /** The exchange may begin now, or those behind it. */
  turnCame(exchange: Exchange): void;
}

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
 * Where a host keeps message-keys and answers beyond its own life; implemented in src/storage. What is
 * written survives the end of the process, however sudden. Writes take effect in the order of the calls.
 */
export interface DedupStore {
  /**
   * Opens it and tells what it holds. Rejects with DedupLocked (ERR_DEDUP_LOCKED), DedupFailed (ERR_DEDUP) or
   * MissingPackage (ERR_MISSING_PACKAGE).
   */
  open(): Promise<OpenedDedup>;
  /** Resolves when it is written that the message is about to be handled. Rejects with DedupFailed. */
  enter(key: string, at: number): Promise<void>;
  /**
   * Resolves when it is written that the message was answered; undefined: with an answer too large to keep.
   * Rejects with DedupFailed.
   */
  keep(key: string, at: number, answer: KeptAnswer | undefined): Promise<void>;
  /** Undefined: the answer was too large to keep. Rejects with DedupFailed. */
  recall(key: string): Promise<KeptAnswer | undefined>;
  /** Deletes with the next write. */
  forget(key: string): void;
  /** Resolves when all is written and the folder is free for others. Never rejects. */
  close(): Promise<void>;
}
