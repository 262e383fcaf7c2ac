import type { JoinerPort } from '../dedup/DedupStore';
import { encodeResult, type EncodedResult } from '../dispatch/encodeResult';
import type { Exchange, NextOutcome, ReplyState } from '../dispatch/Exchange';
import { encodeJson } from '../json/encodeJson';
import type { FrameWriter } from '../wire/FrameWriter';
import { isBytes } from '../../runtime/bytes';

/** What the replies of a connection need of it. */
export interface ReplyLine extends Pick<JoinerPort, 'released' | 'whenWritable' | 'turnCame'> {
  readonly writer: FrameWriter;
  /** Bytes that may wait for the peer, of a collected answer as well. */
  readonly maxUnsentBytes: number;
  /** False once the last frame is out or the connection is gone: what comes then is dropped. */
  readonly writable: boolean;
  /** The peer reads more slowly than handlers answer. */
  readonly behind: boolean;
  /** More than `maxUnsentBytes` wait for the peer. */
  readonly overfull: boolean;
  /** Drops the connection, because one answer more is too many. */
  dropOverfull(): void;
  /** Writes the reply to a legacy request, then FIN unless another request may come. */
  legacyReply(keys: Readonly<Record<string, string | number>>, content: string | Uint8Array): void;
}

abstract class Replies {
  constructor(protected readonly line: ReplyLine) {}

  released(exchange: Exchange): void {
    this.line.released(exchange);
  }

  whenWritable(callback: () => void): void {
    this.line.whenWritable(callback);
  }

  turnCame(exchange: Exchange): void {
    this.line.turnCame(exchange);
  }
}

/**
 * A legacy peer gets exactly one frame, with the one result or the array of all (protocol 1.3, Replies to
 * legacy peers).
 */
export class OneShotReplies extends Replies implements JoinerPort {
  /** Results of a stream, as JSON texts. */
  #collected: string[] = [];
  #collectedBytes = 0;

  result(exchange: ReplyState, value: unknown): void {
    this.encodedResult(exchange, encodeResult(value));
  }

  encodedResult(_exchange: ReplyState, result: EncodedResult): void {
    this.#forget();
    this.line.legacyReply({}, typeof result === 'string' ? `{"result": ${result}}` : result);
  }

  next(_exchange: ReplyState, value: unknown): NextOutcome {
    return this.#collect(encodeJson(isBytes(value) ? Array.from(value) : value));
  }

  encodedNext(_exchange: ReplyState, result: EncodedResult): NextOutcome {
    return this.#collect(typeof result === 'string' ? result : encodeJson(Array.from(result)));
  }

  complete(exchange: ReplyState): void {
    this.encodedResult(exchange, `[${this.#collected.join(',')}]`);
  }

  error(_exchange: ReplyState, code: string, message: string): void {
    this.#forget();
    this.line.legacyReply({ status: 'error', code }, legacyError(message));
  }

  /** Another request may come on the connection. */
  #forget(): void {
    this.#collected = [];
    this.#collectedBytes = 0;
  }

  #collect(text: string): NextOutcome {
    if (this.#collectedBytes + text.length > this.line.maxUnsentBytes) return 'overflow';
    this.#collectedBytes += text.length;
    this.#collected.push(text);
    return 'taken';
  }
}

/** A native peer gets each result as it comes, under the message-id of its request (protocol 2). */
export class NativeReplies extends Replies implements JoinerPort {
  result(exchange: ReplyState, value: unknown): void {
    if (!exchange.noAck) this.encodedResult(exchange, encodeResult(value));
  }

  encodedResult(exchange: ReplyState, result: EncodedResult): void {
    const { line } = this;
    if (exchange.noAck || !line.writable) return;
    if (line.overfull) {
      line.dropOverfull();
      return;
    }
    if (typeof result === 'string') line.writer.reply(exchange.replyId, `{"result":${result}}`);
    else line.writer.frame({ 'message-id': exchange.replyId }, result);
    line.writer.flushSoon();
  }

  next(exchange: ReplyState, value: unknown): NextOutcome {
    if (exchange.noAck || !this.line.writable) return 'taken';
    return this.encodedNext(exchange, encodeResult(value));
  }

  encodedNext(exchange: ReplyState, result: EncodedResult): NextOutcome {
    const { line } = this;
    if (exchange.noAck || !line.writable) return 'taken';
    if (line.overfull) return 'overflow';
    if (typeof result === 'string') line.writer.reply(exchange.replyId, `{"result":${result}}`, 'next');
    else line.writer.frame({ 'message-id': exchange.replyId, status: 'next' }, result);
    line.writer.flushSoon();
    return line.behind ? 'behind' : 'taken';
  }

  complete(exchange: ReplyState): void {
    if (exchange.noAck || !this.line.writable) return;
    this.line.writer.reply(exchange.replyId, '', 'complete');
    this.line.writer.flushSoon();
  }

  error(exchange: ReplyState, code: string, message: string): void {
    if (exchange.noAck || !this.line.writable) return;
    this.line.writer.reply(exchange.replyId, `{"result":${encodeJson({ code, message })}}`, 'error');
    this.line.writer.flushSoon();
  }
}

/** Content for a peer that is not known to be native: a text it may show. */
export function legacyError(message: string): string {
  return `{"result": ${encodeJson(`Error: ${message}`)}}`;
}

/**
 * Content of an error that ends a native connection; the code is in it, because every native peer reads it.
 */
export function connectionError(code: string, message: string): string {
  return `{"result": ${encodeJson({ code, message })}}`;
}
