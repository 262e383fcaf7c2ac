import type { Exchange, NextOutcome, ReplyPort } from './dispatch/Exchange';
import type { EncodedResult } from './KeptAnswer';

/** Where a message with a key came from, and its repeats: gets answers that are encoded already. */
export interface JoinerPort extends ReplyPort {
  encodedResult(exchange: Exchange, result: EncodedResult): void;
  encodedNext(exchange: Exchange, result: EncodedResult): NextOutcome;
  /** The exchange may begin now, or those behind it. */
  turnCame(exchange: Exchange): void;
}
