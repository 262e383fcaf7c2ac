import type { Exchange } from './Exchange';

/** How far a result of a stream got: `behind`: the peer reads slower, wait; `overflow`: more is unsent than allowed, it was not taken. */
export type NextOutcome = 'taken' | 'behind' | 'overflow';

/**
 * Where the answer of one message goes: a connection in production, a replay or a test elsewhere. Values are as handlers gave them.
 * `result`, `next` throw Unencodable before anything is written.
 */
export interface ReplyPort {
  /** The one result. */
  result(exchange: Exchange, value: unknown): void;
  /** One of several results. */
  next(exchange: Exchange, value: unknown): NextOutcome;
  /** No more results. */
  complete(exchange: Exchange): void;
  error(exchange: Exchange, code: string, message: string): void;
  /** All handlers of the message have settled; its slot is free. Called exactly once. */
  released(exchange: Exchange): void;
  /** Calls back once when the peer has caught up, or at once when it has. */
  whenWritable(callback: () => void): void;
}
