import { AnswerNotKept } from '../../errors/handling';
import type { RxcometError } from '../../errors/RxcometError';
import { quoteName } from '../../runtime/names';
import type { HandlerChain } from '../dispatch/HandlerChain';
import { encodeResult, type EncodedResult } from '../dispatch/encodeResult';
import { errorAcknowledgement } from '../dispatch/errorAcknowledgement';
import { Exchange, type NextOutcome, type ReplyPort, type SharedRun } from '../dispatch/Exchange';
import type { JoinerPort, KeptAnswer } from './DedupStore';

/**
 * `open`: no terminal answer yet; `keeping`: it is being written; `settled`: it was given, or none will be.
 */
type Phase = 'open' | 'keeping' | 'settled';

/** What a run needs of the Dedup that keeps keys and answers. */
export interface RunOwner {
  /** Bytes of one answer; a larger one is not kept. */
  readonly maxAnswerBytes: number;
  begins(run: DedupRun): void;
  /** It ended before it began. */
  discard(run: DedupRun): void;
  failed(run: DedupRun, error?: unknown): void;
  /** Calls back once the answer is kept; undefined: it was too large. */
  keep(run: DedupRun, answer: KeptAnswer | undefined, done: () => void): void;
  acknowledged(run: DedupRun): void;
  ended(run: DedupRun): void;
}

/**
 * One handling of a message with a key. The handlers have an exchange of their own, whose port this is; the
 * requests of that key, the first one and its repeats, join it and get its answer. A joiner may go without
 * ending it, so that a lost connection does not end a handler whose message will be repeated.
 */
export class DedupRun implements ReplyPort, SharedRun {
  /** What the handlers see. */
  readonly exchange: Exchange;
  /** False while it is being written that the message is about to be handled. */
  entered = true;
  readonly #dedup: RunOwner;
  readonly #chain: HandlerChain;
  readonly #joiners = new Map<Exchange, JoinerPort>();
  #phase: Phase = 'open';
  #begun = false;
  #released = false;
  /** The joiner that cancelled; it holds its slot until the handlers have settled. */
  #cancelled: Exchange | undefined;
  #streamed = false;
  #results: EncodedResult[] = [];
  #bytes = 0;
  /** More results than are kept. */
  #tooLarge = false;

  constructor(
    dedup: RunOwner,
    chain: HandlerChain,
    readonly key: string,
  ) {
    this.#dedup = dedup;
    this.#chain = chain;
    this.exchange = new Exchange(this, chain);
  }

  /** True when nobody waits for its answer. */
  get deserted(): boolean {
    return this.#joiners.size === 0;
  }

  /** Adds a request and gives it the results so far. False: it has had an error instead, and is over. */
  join(joiner: Exchange, port: JoinerPort): boolean {
    if (this.#streamed) {
      if (this.#tooLarge) {
        this.#refuseJoiner(joiner, port, 'the results so far were too many to be kept');
        return false;
      }
      if (!catchUp(joiner, port, this.#results)) return false;
    }
    joiner.message = this.exchange.message;
    joiner.run = this;
    joiner.stopWork = () => this.#leave(joiner);
    this.#joiners.set(joiner, port);
    return true;
  }

  /** The turn of one of its joiners has come. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#dedup.begins(this);
    this.#chain.start(this.exchange);
  }

  /** It is written that the message is about to be handled. */
  mayBegin(): void {
    this.entered = true;
    for (const [joiner, port] of this.#joiners) port.turnCame(joiner);
  }

  /** The message cannot be handled now; nothing was begun. */
  refuse(error: RxcometError): void {
    this.#phase = 'settled';
    this.entered = true;
    const { code, message } = errorAcknowledgement(error);
    for (const [joiner, port] of this.#joiners) {
      if (!joiner.answered) port.error(joiner, code, message);
      this.#over(joiner);
      port.turnCame(joiner);
    }
  }

  /** Not handled: its answer is on the disk and comes when it is read. */
  async recall(reading: Promise<KeptAnswer | undefined>): Promise<void> {
    this.#begun = true;
    this.#phase = 'keeping';
    this.#released = true;
    try {
      const answer = await reading;
      for (const [joiner, port] of this.#joiners) this.give(joiner, port, answer);
    } catch (error) {
      this.#dedup.failed(this, error);
      const { code, message } = errorAcknowledgement(error);
      for (const [joiner, port] of this.#joiners) port.error(joiner, code, message);
    }
    this.#settled();
  }

  /** A whole answer for a repeat; undefined: it was not kept. */
  give(joiner: Exchange, port: JoinerPort, answer: KeptAnswer | undefined): void {
    if (joiner.answered) return;
    if (answer === undefined) {
      this.#refuseJoiner(joiner, port, 'its answer was too large to be kept');
      return;
    }
    joiner.answered = true;
    if (answer.streamed) {
      if (catchUp(joiner, port, answer.results)) port.complete(joiner);
    } else for (const result of answer.results) port.encodedResult(joiner, result);
  }

  /**
   * The peer of this joiner said that it does not want the answer. Ends the handlers when nobody else does.
   */
  cancel(joiner: Exchange, reason: RxcometError): void {
    if (!this.#begun || this.#phase !== 'open' || this.#joiners.size > 1) return;
    joiner.answered = true;
    this.#cancelled = joiner;
    this.abort(reason);
  }

  /** Ends the handlers, as far as they heed it. */
  abort(reason: RxcometError): void {
    if (this.#phase === 'open') {
      this.#phase = 'settled';
      this.#dedup.failed(this);
    }
    this.#chain.cancel(this.exchange, reason);
  }

  // ReplyPort of the handlers

  result(exchange: Exchange, value: unknown): void {
    // By hand, while a stream of results goes on: it is the last of them.
    if (!this.#streamed) this.#keep(encodeResult(value));
    else if (this.next(exchange, value) === 'overflow') {
      for (const [joiner, port] of this.#joiners) this.#overflowed(joiner, port);
      this.#keep(encodeResult(value));
    }
    this.#finish();
  }

  next(_exchange: Exchange, value: unknown): NextOutcome {
    const result = encodeResult(value);
    this.#streamed = true;
    let outcome: NextOutcome = 'taken';
    for (const [joiner, port] of this.#joiners) {
      if (joiner.answered) continue;
      const its = port.encodedNext(joiner, result);
      if (its === 'behind') outcome = its;
      if (its !== 'overflow') continue;
      // For the only one it is the end of the handler as for any message; otherwise it is that peer's own
      // affair.
      if (this.#joiners.size === 1) return its;
      this.#overflowed(joiner, port);
    }
    this.#keep(result);
    return outcome;
  }

  complete(): void {
    this.#streamed = true;
    this.#finish();
  }

  error(_exchange: Exchange, code: string, message: string): void {
    if (this.#phase !== 'open') return;
    this.#phase = 'settled';
    this.#dedup.failed(this);
    for (const [joiner, port] of this.#joiners) {
      if (joiner.answered) continue;
      joiner.answered = true;
      joiner.outcome = code;
      port.error(joiner, code, message);
    }
  }

  released(): void {
    this.#released = true;
    // Cancelled: no answer came.
    if (this.#phase === 'open') {
      this.#phase = 'settled';
      this.#dedup.failed(this);
    }
    this.#endIfOver();
  }

  whenWritable(callback: () => void): void {
    let behind = this.#joiners.size;
    if (behind === 0) callback();
    for (const port of this.#joiners.values()) {
      port.whenWritable(() => {
        behind -= 1;
        if (behind === 0) callback();
      });
    }
  }

  #keep(result: EncodedResult): void {
    this.#bytes += result.length;
    if (this.#bytes > this.#dedup.maxAnswerBytes && this.#streamed) {
      this.#tooLarge = true;
      this.#results = [];
    } else if (!this.#tooLarge) {
      this.#results.push(result);
    }
  }

  #finish(): void {
    this.#phase = 'keeping';
    const answer: KeptAnswer = { streamed: this.#streamed, results: this.#results };
    const tooLarge = this.#bytes > this.#dedup.maxAnswerBytes;
    this.#dedup.keep(this, tooLarge ? undefined : answer, () => this.#acknowledge(answer));
  }

  #acknowledge({ streamed, results }: KeptAnswer): void {
    const [only] = results;
    for (const [joiner, port] of this.#joiners) {
      if (joiner.answered) continue;
      joiner.answered = true;
      if (streamed) port.complete(joiner);
      else if (only !== undefined) port.encodedResult(joiner, only);
    }
    this.#settled();
    this.#dedup.acknowledged(this);
  }

  #settled(): void {
    this.#phase = 'settled';
    this.#endIfOver();
  }

  #endIfOver(): void {
    if (!this.#released || this.#phase !== 'settled') return;
    this.#dedup.ended(this);
    for (const joiner of this.#joiners.keys()) this.#over(joiner);
  }

  /** The connection of a joiner is gone, or its peer cancelled. */
  #leave(joiner: Exchange): void {
    if (joiner === this.#cancelled) {
      // Cancelled once more, or its connection is gone: its handlers are at work all the same.
      joiner.stopWork = () => this.#leave(joiner);
      return;
    }
    this.#over(joiner);
    if (!this.#begun && this.#joiners.size === 0) this.#dedup.discard(this);
  }

  #over(joiner: Exchange): void {
    this.#joiners.delete(joiner);
    joiner.answered = true;
    this.#chain.release(joiner);
  }

  /** It doesn't read what there is for it already. */
  #overflowed(joiner: Exchange, port: JoinerPort): void {
    overflow(joiner, port);
    this.#over(joiner);
  }

  #refuseJoiner(joiner: Exchange, port: JoinerPort, why: string): void {
    joiner.answered = true;
    const { action, peer } = joiner.message;
    const error = new AnswerNotKept(`${quoteName(action)} was handled, but ${why}`, { action, peer });
    port.error(joiner, error.code, error.message);
  }
}

/**
 * Gives the results of a stream so far. False: they are more than may wait for this peer, and it has had an
 * error instead.
 */
function catchUp(joiner: Exchange, port: JoinerPort, results: readonly EncodedResult[]): boolean {
  for (const result of results) {
    if (port.encodedNext(joiner, result) !== 'overflow') continue;
    overflow(joiner, port);
    return false;
  }
  return true;
}

function overflow(joiner: Exchange, port: JoinerPort): void {
  joiner.answered = true;
  port.error(joiner, 'ERR_RESULT_OVERFLOW', 'the results come faster than this peer reads');
}
