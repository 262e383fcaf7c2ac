import { ConnectionLost } from '../errors/ConnectionLost';
import { FrameTimeout } from '../errors/FrameTimeout';
import { HeartbeatLost } from '../errors/HeartbeatLost';
import { IdleTimeout } from '../errors/IdleTimeout';
import { LinkFailed } from '../errors/LinkFailed';
import { ProtocolViolation } from '../errors/ProtocolViolation';
import { RxcometError } from '../errors/RxcometError';
import { WriteTimeout } from '../errors/WriteTimeout';
import type { Dialect } from './Dialect';
import { encodeJson } from './encodeJson';
import { Exchange } from './Exchange';
import type { Frame } from './Frame';
import { FrameParser } from './FrameParser';
import { FrameWriter } from './FrameWriter';
import { checkRequestKeys } from './checkRequestKeys';
import { isMessageId } from './isMessageId';
import type { HostContext } from './HostContext';
import type { Link, LinkEvents } from './Link';
import { Message } from './Message';
import type { NextOutcome, ReplyPort } from './ReplyPort';
import type { TimeoutEntry } from './TimeoutQueue';

/** `fresh`: no whole frame yet; `oneShot`: one request, one reply; `kept`: native; `lingering`: the last frame is out, input is discarded. */
type Phase = 'fresh' | 'oneShot' | 'kept' | 'lingering' | 'closed';

/** Slots beyond Max_in_flight for actions with an urgent handler. */
const URGENT_SLOTS = 16;

/**
 * The host's side of one connection: frames in, messages to the dispatcher, answers out. One-shot peers get exactly one legal frame and
 * then FIN, never RST (protocol 1.3); native peers keep the connection (protocol 2).
 */
export class HostConnection implements ReplyPort, LinkEvents, TimeoutEntry {
  timeoutPrevious: TimeoutEntry | undefined = undefined;
  timeoutNext: TimeoutEntry | undefined = undefined;
  timeoutAt = 0;
  timeoutArmed = false;

  readonly #link: Link;
  readonly #context: HostContext;
  readonly #parser: FrameParser;
  readonly #writer: FrameWriter;
  #phase: Phase = 'fresh';
  #lastId = 0;
  #goawayAt: number | undefined;
  #inFlight = 0;
  /** Requests whose handlers have not settled, by message-id; what a synchronous handler answers at once never enters. */
  readonly #open = new Map<number, Exchange>();
  /** Accepted requests for which no slot is free, oldest first. */
  readonly #waiting = new Set<Exchange>();
  #startingWaiting = false;
  #writableCallbacks: (() => void)[] = [];
  #inTurn = false;
  #flushQueued = false;
  #pausedForPeer = false;
  #pausedForSlots = false;
  #peerEnded = false;
  #startedAt: number;
  #heardAt: number;
  #frameStartedAt: number;
  #pausedMs = 0;
  #pausedSince: number | undefined;
  #frames = 0;
  #busyAt: number;
  #writtenBytes = 0;
  #sentBytes = 0;
  #progressAt = 0;
  #pingAt = 0;

  constructor(link: Link, context: HostContext) {
    const now = context.clock.now();
    this.#link = link;
    this.#context = context;
    this.#startedAt = now;
    this.#heardAt = now;
    this.#frameStartedAt = now;
    this.#busyAt = now;
    this.#parser = new FrameParser({
      maxContentBytes: context.config.limits.maxContentBytes,
      peer: link.peer,
      onFrame: (frame) => this.#onFrame(frame),
    });
    this.#writer = new FrameWriter((bytes) => this.#write(bytes));
  }

  get peer(): string {
    return this.#link.peer;
  }

  get dialect(): Dialect {
    return this.#phase === 'kept' ? 'native' : 'comet';
  }

  /** Requests whose handlers have not settled or not begun. */
  get unfinished(): number {
    return this.#inFlight + this.#waiting.size;
  }

  /** Unread bytes held and bytes not yet taken by the system. */
  get heldBytes(): number {
    return this.#parser.bufferedBytes + this.#link.unsentBytes + this.#writer.pendingBytes;
  }

  open(): void {
    this.#link.open(this);
  }

  // LinkEvents

  data(chunk: Uint8Array): void {
    this.#heardAt = this.#context.clock.now();
    if (this.#phase === 'lingering' || this.#phase === 'closed') return;
    const inside = this.#parser.insideFrame;
    const frames = this.#frames;
    this.#inTurn = true;
    try {
      this.#parser.push(chunk);
    } catch (error) {
      this.#inTurn = false;
      if (!(error instanceof RxcometError)) throw error;
      this.refuse(error);
      return;
    }
    this.#inTurn = false;
    if (this.#parser.insideFrame && (!inside || frames !== this.#frames)) {
      this.#frameStartedAt = this.#heardAt;
      this.#pausedMs = 0;
    }
    this.#writer.flush();
  }

  end(): void {
    this.#peerEnded = true;
    if (this.#phase === 'lingering') {
      this.#close();
      return;
    }
    if (this.#phase === 'oneShot') return;
    try {
      this.#parser.finish();
    } catch (error) {
      if (error instanceof RxcometError) this.#context.report(error);
    }
    // What it sent with ack: none goes on: it waits for no answer, so that its leaving says nothing about those.
    if (this.#open.size > 0) {
      this.#cancelAll(new ConnectionLost('the peer ended the connection', { peer: this.peer }), false);
    }
    if (this.#phase === 'kept' && this.#hasUnconfirmed()) {
      this.#goawayAt ??= this.#lastId;
      return;
    }
    this.#phase = 'lingering';
    this.#link.end();
    this.#context.lingering.add(this);
  }

  drain(): void {
    if (this.#pausedForPeer) {
      this.#pausedForPeer = false;
      this.#resumeIfFree();
    }
    this.#wakeWriters();
  }

  close(error: Error | undefined): void {
    const phase = this.#phase;
    if (phase === 'closed') return;
    this.#phase = 'closed';
    this.#context.lingering.remove(this);
    this.#parser.stop();
    const unfinished = this.#parser.insideFrame || this.unfinished > 0;
    if (error !== undefined && (unfinished || phase === 'kept')) {
      this.#context.report(
        new LinkFailed(`the connection broke: ${error.message}`, { peer: this.peer, cause: error }),
      );
    }
    this.#loseAll('the connection to the peer is gone', error);
    this.#wakeWriters();
    this.#context.onClosed(this);
  }

  // ReplyPort

  result(exchange: Exchange, value: unknown): void {
    if (exchange.noAck) return;
    if (value instanceof Uint8Array) this.#replyRaw(exchange, value);
    else this.#reply(exchange, encodeJson(value));
  }

  next(exchange: Exchange, value: unknown): NextOutcome {
    const { maxUnsentBytes } = this.#context.config.limits;
    if (exchange.noAck) return 'taken';
    if (exchange.replyId === 0) {
      const text = encodeJson(value instanceof Uint8Array ? Array.from(value) : value);
      if (exchange.collectedBytes + text.length > maxUnsentBytes) return 'overflow';
      exchange.collectedBytes += text.length;
      (exchange.collected ??= []).push(text);
      return 'taken';
    }
    if (this.#phase !== 'kept') return 'taken';
    if (this.#link.unsentBytes + this.#writer.pendingBytes > maxUnsentBytes) return 'overflow';
    if (value instanceof Uint8Array)
      this.#writer.frame({ 'message-id': exchange.replyId, status: 'next' }, value);
    else this.#writer.reply(exchange.replyId, `{"result":${encodeJson(value)}}`, 'next');
    this.#flushSoon();
    return this.#pausedForPeer ? 'behind' : 'taken';
  }

  complete(exchange: Exchange): void {
    if (exchange.replyId === 0) {
      this.#reply(exchange, `[${(exchange.collected ?? []).join(',')}]`);
      exchange.collected = undefined;
    } else if (this.#phase === 'kept' && !exchange.noAck) {
      this.#writer.reply(exchange.replyId, '', 'complete');
      this.#flushSoon();
    }
  }

  error(exchange: Exchange, code: string, message: string): void {
    if (this.#phase === 'closed' || this.#phase === 'lingering' || exchange.noAck) return;
    if (exchange.replyId === 0) this.#lastFrame({ status: 'error' }, `{"result": ${legacyError(message)}}`);
    else {
      this.#writer.reply(exchange.replyId, `{"result":${encodeJson({ code, message })}}`, 'error');
      this.#flushSoon();
    }
  }

  released(exchange: Exchange): void {
    if (this.#waiting.delete(exchange)) {
      this.#open.delete(exchange.replyId);
      this.#resumeIfFree();
      return;
    }
    this.#inFlight -= 1;
    this.#open.delete(exchange.replyId);
    if (this.#waiting.size > 0) this.#startWaiting();
    if (this.#inFlight === 0) this.#busyAt = this.#context.clock.now();
    this.#endIfDone();
  }

  whenWritable(callback: () => void): void {
    if (this.#pausedForPeer && this.#phase !== 'closed') this.#writableCallbacks.push(callback);
    else callback();
  }

  // What the host decides

  /** Refuses: one error frame, FIN, then input is discarded until the peer's end or Linger_ms (protocol 1.3). */
  refuse(error: RxcometError): void {
    if (this.#phase === 'closed' || this.#phase === 'lingering') return;
    this.#context.report(error);
    this.#cancelAll(error);
    const { code } = error;
    const text =
      this.#phase === 'kept'
        ? encodeJson({ code, message: withoutPeer(error) })
        : legacyError(withoutPeer(error));
    this.#lastFrame({ status: 'error' }, `{"result": ${text}}`);
  }

  /** Announces the end: what has been accepted is still answered, nothing more is taken. */
  goaway(): void {
    if (this.#phase === 'kept' && this.#goawayAt === undefined) {
      this.#goawayAt = this.#lastId;
      this.#writer.frame({ goaway: this.#lastId }, '');
      this.#flushSoon();
    } else if (this.#phase === 'fresh') {
      // It may be in the middle of its request; every one-shot peer gets one frame (protocol 1.3).
      this.#lastFrame({ status: 'error' }, `{"result": ${legacyError('the host is stopping')}}`);
    }
    this.#endIfDone();
  }

  /** The end of grace: whatever runs is aborted and the connection dropped. Returns how many messages that hit. */
  abort(reason: RxcometError): number {
    const unfinished = this.unfinished;
    this.#cancelAll(reason);
    this.#link.destroy();
    return unfinished;
  }

  /** Linger_ms is over. A reply still on its way keeps the connection, the write timeout bounds that. */
  lingered(): void {
    if (this.#link.unsentBytes > 0) this.#context.lingering.add(this);
    else this.#link.destroy();
  }

  /** Called every now and then: judges ages and silences against the limits. */
  check(now: number): void {
    const { limits, heartbeatMs } = this.#context.config;
    const { peer } = this;
    if (this.#phase === 'closed') return;
    if (this.#stuckWriting(now)) {
      const text = `the peer has not read for ${limits.writeTimeoutMs} ms (Limits.Write_timeout_ms)`;
      const error = new WriteTimeout(text, { peer });
      this.#context.report(error);
      this.#cancelAll(error);
      this.#link.destroy();
      return;
    }
    if (this.#phase === 'lingering' || this.#phase === 'oneShot') return;
    if (this.#phase === 'kept') this.#checkKept(now, heartbeatMs, limits.idleTimeoutMs);
    if (this.#pausedForPeer || this.#pausedForSlots) return;
    const waitsForFirst = this.#phase === 'fresh' && !this.#parser.insideFrame;
    if (!waitsForFirst && !this.#parser.insideFrame) return;
    const allowedMs = Math.max(
      limits.frameTimeoutMs,
      (this.#parser.declaredBytes / limits.minRateBytesPerS) * 1000,
    );
    const age = now - (waitsForFirst ? this.#startedAt : this.#frameStartedAt) - this.#pausedMs;
    if (age < allowedMs) return;
    const what = waitsForFirst ? 'no frame came' : 'a frame was not complete';
    this.refuse(
      new FrameTimeout(`${what} within ${Math.round(allowedMs)} ms (Limits.Frame_timeout_ms)`, { peer }),
    );
  }

  #checkKept(now: number, heartbeatMs: number, idleTimeoutMs: number): void {
    if (
      idleTimeoutMs > 0 &&
      this.unfinished === 0 &&
      now - Math.max(this.#busyAt, this.#heardAt) >= idleTimeoutMs
    ) {
      const text = `nothing was exchanged for ${idleTimeoutMs} ms (Limits.Idle_timeout_ms)`;
      this.#context.report(new IdleTimeout(text, { peer: this.peer }));
      this.goaway();
      return;
    }
    // A peer that has ended its direction says nothing any more.
    if (heartbeatMs === 0 || this.#peerEnded) return;
    if (this.#pausedForPeer || this.#pausedForSlots) {
      // While we don't read, its pings go unread too: say unasked that we live.
      if (now - this.#pingAt >= heartbeatMs) {
        this.#pingAt = now;
        this.#writer.frame({ pong: 1 }, '');
        this.#flushSoon();
      }
      this.#heardAt = now;
    } else if (now - this.#heardAt >= 2 * heartbeatMs) {
      const text = `nothing was heard for two heartbeats of ${heartbeatMs} ms (Heartbeat_ms)`;
      const error = new HeartbeatLost(text, { peer: this.peer });
      this.#context.report(error);
      this.#cancelAll(error);
      this.#link.destroy();
    }
  }

  #stuckWriting(now: number): boolean {
    const { unsentBytes } = this.#link;
    // What the peer took, not what waits: that also changes when we write more.
    const sentBytes = this.#writtenBytes - unsentBytes;
    if (unsentBytes === 0 || sentBytes !== this.#sentBytes) {
      this.#sentBytes = sentBytes;
      this.#progressAt = now;
      return false;
    }
    return now - this.#progressAt >= this.#context.config.limits.writeTimeoutMs;
  }

  #onFrame(frame: Frame): void {
    this.#frames += 1;
    const { header } = frame;
    if (this.#phase === 'kept') {
      this.#onKeptFrame(frame);
      return;
    }
    // A version we don't know is answered with ours; anything else under `native` is a foreign key (protocol 2).
    const native = isMessageId(header.native) && isMessageId(header.messageId);
    if (native && header.connection === 'keep-alive') {
      this.#phase = 'kept';
      this.#busyAt = this.#heardAt;
      this.#sayHello();
      this.#context.onDialect(this, 'native');
      this.#onKeptFrame(frame);
      return;
    }
    this.#phase = 'oneShot';
    this.#parser.stop();
    this.#context.onDialect(this, 'comet');
    this.#accept(frame, 0, false);
  }

  #sayHello(): void {
    const { limits, heartbeatMs, dedup } = this.#context.config;
    const hello = {
      'max-in-flight': limits.maxInFlight,
      'max-content-bytes': limits.maxContentBytes,
      'heartbeat-ms': heartbeatMs,
      dedup: dedup !== undefined,
    };
    this.#writer.frame({ status: 'hello', native: 1 }, encodeJson(hello));
    this.#writer.flush();
  }

  #onKeptFrame(frame: Frame): void {
    const { header } = frame;
    if (header.cancel !== undefined || header.ping !== undefined || header.pong !== undefined) {
      this.#onControl(frame);
      return;
    }
    const { messageId } = header;
    if (!isMessageId(messageId) || messageId <= this.#lastId) {
      throw new ProtocolViolation(
        `message-id must be an integer above the last one (${this.#lastId}); protocol 2`,
        { peer: this.peer },
      );
    }
    if (header.ack !== undefined && header.ack !== 'none') {
      throw new ProtocolViolation('ack can only be "none"; protocol 2', { peer: this.peer });
    }
    checkRequestKeys(header, this.peer);
    // Above the announced id nothing is handled any more; the client keeps it and sends it elsewhere.
    if (this.#goawayAt !== undefined) return;
    this.#lastId = messageId;
    if (header.connection !== 'keep-alive') this.#goawayAt = messageId;
    this.#accept(frame, messageId, header.ack === 'none');
  }

  #onControl({ header }: Frame): void {
    if (header.cancel !== undefined) {
      if (!isMessageId(header.cancel)) {
        throw new ProtocolViolation('cancel must name a message-id; protocol 2', { peer: this.peer });
      }
      const exchange = this.#open.get(header.cancel);
      if (exchange !== undefined) {
        const { action } = exchange.message;
        this.#context.dispatcher.cancel(
          exchange,
          new ConnectionLost(`the peer cancelled "${action}"`, { peer: this.peer }),
        );
      }
    } else if (header.ping !== undefined) {
      this.#writer.frame({ pong: 1 }, '');
    }
  }

  #accept(frame: Frame, replyId: number, noAck: boolean): void {
    const { header } = frame;
    const native = replyId !== 0;
    let action = '';
    let value: unknown = frame.bytes;
    if (frame.text !== undefined) {
      const request = this.#context.requests.read(frame.text, this.peer);
      action = request.action;
      value = request.value;
    } else if (native && typeof header.action === 'string') action = header.action;
    const exchange = new Exchange(this, this.#context.dispatcher);
    exchange.replyId = replyId;
    exchange.noAck = noAck;
    const message = new Message<unknown, unknown>(
      {
        action,
        value,
        peer: this.peer,
        host: this.#context.name,
        id: native ? replyId : undefined,
        // Checked above where they have a meaning.
        key: native ? (header.messageKey as string | undefined) : undefined,
        redelivered: false,
        receivedAt: this.#context.clock.wallTime(),
        dialect: native ? 'native' : 'comet',
        trace: native ? (header.traceparent as string | undefined) : undefined,
      },
      exchange,
    );
    exchange.message = message;
    this.#context.onMessage(message);
    this.#startOrWait(exchange);
  }

  #startOrWait(exchange: Exchange): void {
    const { maxInFlight } = this.#context.config.limits;
    const slots = maxInFlight;
    if (this.#inFlight >= slots || this.#waiting.size > 0) {
      const urgent = this.#context.dispatcher.isUrgent(exchange.message.action);
      if (!urgent || this.#inFlight >= slots + URGENT_SLOTS) {
        this.#waiting.add(exchange);
        this.#open.set(exchange.replyId, exchange);
        // Only requests without acknowledgement can pile up: of the others a client has Max_in_flight at most (protocol 2), and it must be
        // able to cancel them while slots are held by handlers that were cancelled and go on.
        if (this.#waiting.size > maxInFlight) this.#pauseForSlots();
        return;
      }
    }
    this.#begin(exchange);
  }

  #begin(exchange: Exchange): void {
    this.#inFlight += 1;
    this.#context.dispatcher.start(exchange);
    if (!exchange.released) this.#open.set(exchange.replyId, exchange);
  }

  #startWaiting(): void {
    // A handler that answers at once frees its slot within this loop, which goes on with the next.
    if (this.#startingWaiting) return;
    this.#startingWaiting = true;
    const { maxInFlight } = this.#context.config.limits;
    for (const exchange of this.#waiting) {
      if (this.#inFlight >= maxInFlight) break;
      this.#waiting.delete(exchange);
      this.#begin(exchange);
    }
    this.#startingWaiting = false;
    this.#resumeIfFree();
  }

  #reply(exchange: Exchange, resultText: string): void {
    if (exchange.noAck || this.#phase === 'closed' || this.#phase === 'lingering') return;
    if (exchange.replyId === 0) this.#lastFrame({}, `{"result": ${resultText}}`);
    else {
      this.#writer.reply(exchange.replyId, `{"result":${resultText}}`);
      this.#flushSoon();
    }
  }

  #replyRaw(exchange: Exchange, bytes: Uint8Array): void {
    if (exchange.noAck || this.#phase === 'closed' || this.#phase === 'lingering') return;
    if (exchange.replyId === 0) this.#lastFrame({}, bytes);
    else {
      this.#writer.frame({ 'message-id': exchange.replyId }, bytes);
      this.#flushSoon();
    }
  }

  /** The one frame of a one-shot peer, or the last of a kept one; then FIN and linger. */
  #lastFrame(keys: Readonly<Record<string, string | number>>, content: string | Uint8Array): void {
    if (this.#phase === 'closed' || this.#phase === 'lingering') return;
    this.#phase = 'lingering';
    this.#parser.stop();
    this.#writer.frame(keys, content);
    this.#writer.flush();
    this.#resumeIfFree();
    this.#close();
  }

  #close(): void {
    this.#link.end();
    // When both directions have ended the link closes by itself.
    if (!this.#peerEnded) this.#context.lingering.add(this);
  }

  #endIfDone(): void {
    if (this.#phase !== 'kept' || this.#goawayAt === undefined) return;
    // After the peer's end only what needs no answer is still at work for it.
    if (this.#peerEnded ? this.#hasUnconfirmed() : this.unfinished > 0) return;
    this.#phase = 'lingering';
    this.#parser.stop();
    this.#writer.flush();
    this.#close();
  }

  #hasUnconfirmed(): boolean {
    for (const exchange of this.#open.values()) if (exchange.noAck) return true;
    return false;
  }

  #loseAll(reason: string, cause: Error | undefined): void {
    // Most connections end with nothing open, and an error with its stack is not cheap.
    if (this.#open.size > 0) this.#cancelAll(new ConnectionLost(reason, { peer: this.peer, cause }));
  }

  #cancelAll(reason: RxcometError, unconfirmedToo = true): void {
    // Those that wait go first: a slot that comes free must not begin one of them.
    for (const exchange of [...this.#waiting]) {
      if (unconfirmedToo || !exchange.noAck) this.#context.dispatcher.cancel(exchange, reason);
    }
    // A one-shot exchange has id 0 in the same map.
    for (const exchange of [...this.#open.values()]) {
      if (unconfirmedToo || !exchange.noAck) this.#context.dispatcher.cancel(exchange, reason);
    }
  }

  #flushSoon(): void {
    if (this.#inTurn || this.#flushQueued) return;
    this.#flushQueued = true;
    queueMicrotask(() => {
      this.#flushQueued = false;
      if (this.#phase !== 'closed') this.#writer.flush();
    });
  }

  #write(bytes: Uint8Array): boolean {
    if (this.#phase === 'closed') return true;
    this.#writtenBytes += bytes.length;
    const free = this.#link.write(bytes);
    // A peer that does not read is not read from: its next requests would only make more answers wait.
    if (!free && this.#phase === 'kept' && !this.#pausedForPeer) {
      this.#pausedForPeer = true;
      this.#pause();
    }
    return free;
  }

  #pauseForSlots(): void {
    if (this.#pausedForSlots) return;
    this.#pausedForSlots = true;
    this.#pause();
  }

  #pause(): void {
    this.#pausedSince ??= this.#context.clock.now();
    this.#link.pause();
  }

  #resumeIfFree(): void {
    if (this.#pausedForSlots && this.#waiting.size * 2 <= this.#context.config.limits.maxInFlight) {
      this.#pausedForSlots = false;
    }
    if (this.#phase === 'lingering') {
      this.#pausedForPeer = false;
      this.#pausedForSlots = false;
    }
    if (this.#pausedForPeer || this.#pausedForSlots || this.#pausedSince === undefined) return;
    this.#pausedMs += this.#context.clock.now() - this.#pausedSince;
    this.#pausedSince = undefined;
    this.#link.resume();
  }

  #wakeWriters(): void {
    const callbacks = this.#writableCallbacks;
    if (callbacks.length === 0) return;
    this.#writableCallbacks = [];
    for (const callback of callbacks) callback();
  }
}

function legacyError(message: string): string {
  return encodeJson(`Error: ${message}`);
}

/** The peer knows its own address. */
function withoutPeer(error: RxcometError): string {
  const peer = (error as { readonly peer?: unknown }).peer;
  return typeof peer === 'string' && error.message.startsWith(`${peer}: `)
    ? error.message.slice(peer.length + 2)
    : error.message;
}
