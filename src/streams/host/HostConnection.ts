import { limitName } from '../../runtime/limitNames';
import {
  ConnectionLost,
  LinkFailed,
  PeerError,
  ProtocolViolation,
  UnsentOverflow,
} from '../../errors/connections';
import { RxcometError } from '../../errors/RxcometError';
import { Deque } from '../../runtime/Deque';
import { quoteName } from '../../runtime/names';
import type { Dialect } from '../messages/Message';
import type { Exchange } from '../dispatch/Exchange';
import type { Frame, FrameHeader } from '../wire/Frame';
import { FrameParser } from '../wire/FrameParser';
import { FrameWriter } from '../wire/FrameWriter';
import {
  FromClient,
  kindFromClient,
  saysNative,
  unreachable,
  writeGoaway,
  writeHello,
  writePong,
} from '../wire/nativeFrames';
import { checkRequestKeys, isMessageId } from '../wire/nativeKeys';
import { createExchange } from './createExchange';
import type { HostContext, Lingering } from './HostContext';
import type { JoinerPort } from '../dedup/DedupStore';
import type { Link, LinkEvents } from '../transport/Link';
import type { MemoryAccount, MemoryHolder } from './MemoryBudget';
import { ConnectionAges } from './ConnectionAges';
import { PauseReason, ReadGate } from './ReadGate';
import { legacyError, connectionError, NativeReplies, OneShotReplies, type ReplyLine } from './replies';
import { requireToken } from './token';
import { Slots } from './Slots';
import type { TimeoutEntry } from '../../runtime/TimeoutQueue';

/** Accepted so long ago without a frame, a connection gives its place to another when there is no other. */
const UNBEGUN_MS = 250;
const noBytes = new Uint8Array();

type Phase = 'fresh' | 'oneShot' | 'between' | 'kept' | 'lingering' | 'closed';

/** What a connection tells the host that accepted it. */
export interface HostConnectionEvents {
  /** A request has shown which dialect the peer speaks. */
  readonly onDialect: (connection: HostConnection, dialect: Dialect) => void;
  /** `lost`: messages whose handlers were cut off by that. */
  readonly onClosed: (connection: HostConnection, lost: number) => void;
}

/**
 * The host's side of one connection: frames in, messages to the handler chain, answers out. One-shot peers
 * get exactly one legal frame and then FIN, never RST (protocol 1.3); native peers keep the connection
 * (protocol 2).
 *
 * ```
 * fresh ── legacy request ─► oneShot ── the one reply ─────────────────► lingering
 *   │                          │ ▲ Keep alive: replied, another may come    ▲ ▲
 *   │                          ▼ │ next request                            │ │
 *   │                        between ── idle, FIN of the peer, goaway ──────┘ │
 *   ├── native request ─────► kept ── all answered after goaway or FIN ───────┤
 *   └── refused, stopped ─────────────────────────────────────────────────────┘
 * lingering: the last frame and FIN are out, input is discarded ── FIN of the peer, Linger_ms ─► closed
 * any ── dropped, reset, link gone ─► closed
 * ```
 *
 * A goaway (`#goawayAt`) and the peer's FIN (`#peerEnded`) may come in any phase, in either order, so they
 * are no phases of their own.
 */
export class HostConnection implements ReplyLine, LinkEvents, Lingering, MemoryHolder {
  timeoutPrevious: TimeoutEntry | undefined = undefined;
  timeoutNext: TimeoutEntry | undefined = undefined;
  timeoutAt = 0;
  timeoutArmed = false;

  /** What its address holds, all connections together. */
  readonly account: MemoryAccount;
  readonly #link: Link;
  readonly #context: HostContext;
  readonly #events: HostConnectionEvents;
  readonly #parser: FrameParser;
  readonly writer: FrameWriter;
  readonly #slots: Slots;
  readonly #gate: ReadGate;
  readonly #ages: ConnectionAges;
  #replies: JoinerPort = new OneShotReplies(this);
  #phase: Phase = 'fresh';
  #dialect: Dialect | undefined;
  #lastId = 0;
  #goawayAt: number | undefined;
  /**
   * Requests whose handlers have not settled, by message-id; what a synchronous handler answers at once never
   * enters.
   */
  readonly #open = new Map<number, Exchange>();
  #writableCallbacks: (() => void)[] = [];
  #dropped = false;
  #aborted = false;
  /** Memory was tight when the frame under way began. */
  #beganTight = false;
  /** What the memory budget knows of `heldBytes`. */
  #accountedBytes = 0;
  #peerEnded = false;
  /** With keepAliveMs: requests of a legacy peer that came while another is at work. */
  #waitingFrames: Deque<Frame> | undefined;
  #waitingFrameBytes = 0;
  /** Why nothing behind them could be read. */
  #unreadable: RxcometError | undefined;
  #takingFrames = false;
  #frames = 0;
  #writtenBytes = 0;

  constructor(link: Link, context: HostContext, events: HostConnectionEvents) {
    const { config, clock, chain } = context;
    this.#link = link;
    this.account = context.memory.open(link.peerIp);
    this.#context = context;
    this.#events = events;
    this.#slots = new Slots(config.limits.maxInFlight, chain, (exchange) => this.#begin(exchange));
    this.#gate = new ReadGate(link, clock);
    this.#ages = new ConnectionAges(config, link.peer, clock.now());
    this.#parser = new FrameParser({
      maxContentBytes: config.limits.maxContentBytes,
      peer: link.peer,
      onFrame: (frame) => this.#onFrame(frame),
      // Whoever has no token is refused before its content.
      onHeader: context.isAuthorized === undefined ? undefined : (header) => this.#onHeader(header),
    });
    this.writer = new FrameWriter((bytes) => this.#write(bytes));
  }

  get peer(): string {
    return this.#link.peer;
  }

  /** undefined until a request has shown it. */
  get dialect(): Dialect | undefined {
    return this.#dialect;
  }

  get atRest(): boolean {
    if (!this.#parser.betweenFrames || this.writer.pendingBytes > 0) return false;
    // Only a native reply tells which request it answers.
    return this.#phase === 'kept' || (this.unfinished === 0 && (this.#waitingFrames?.length ?? 0) === 0);
  }

  /** Requests whose handlers have not settled or not begun. */
  get unfinished(): number {
    return this.#slots.unfinished;
  }

  /**
   * Bytes of frames under way and of requests that wait for a slot, and bytes not yet taken by the system.
   */
  get heldBytes(): number {
    return this.#dropped
      ? 0
      : this.#parser.bufferedBytes + this.#slots.waitingBytes + this.#waitingFrameBytes + this.#unsentBytes;
  }

  get #unsentBytes(): number {
    return this.#link.unsentBytes + this.writer.pendingBytes;
  }

  open(): void {
    this.#link.open(this);
    if (this.#context.memory.tight) this.pauseForMemory();
  }

  // LinkEvents

  data(chunk: Uint8Array): void {
    this.#context.observation.receivedBytes += chunk.length;
    this.#ages.heardAt = this.#context.clock.now();
    if (this.#phase === 'lingering' || this.#phase === 'closed') return;
    const inside = this.#parser.insideFrame;
    this.#ages.receivedBytes += chunk.length;
    const wasTight = this.#context.memory.tight;
    const frames = this.#frames;
    this.writer.hold();
    try {
      this.#parser.push(chunk);
    } catch (error) {
      this.writer.release();
      if (!(error instanceof RxcometError)) throw error;
      // What came before it is still answered.
      if (this.#phase === 'oneShot' && this.#keepAliveMs > 0) this.#unreadable = error;
      else this.refuse(error);
      return;
    }
    this.writer.release();
    const beginsFrame = !inside || frames !== this.#frames;
    // The first frame's time began when the peer was accepted.
    if (this.#parser.insideFrame && beginsFrame && this.#phase !== 'fresh') {
      this.#ages.frameStartedAt = this.#ages.heardAt;
      this.#gate.restart();
    }
    this.writer.flush();
    this.#account();
    if (beginsFrame) this.#beganTight = wasTight;
    // The frame that made it tight may still complete.
    if (this.#beganTight && this.#context.memory.tight && !this.#mayReadOn) this.#pauseBetweenFrames();
  }

  end(): void {
    this.#peerEnded = true;
    if (this.#phase === 'lingering') {
      this.#close();
      return;
    }
    if (this.#phase === 'oneShot' || (this.#phase === 'between' && !this.#isIdle)) return;
    this.#parser.resume();
    try {
      this.#parser.finish();
    } catch (error) {
      if (error instanceof RxcometError) this.#context.report(error);
    }
    // What it sent with ack: none goes on: it waits for no answer, so that its leaving says nothing about
    // those.
    if (this.#open.size > 0) {
      this.#cancelAll(new ConnectionLost('the peer ended the connection', { peer: this.peer }), false);
      this.#slots.fill();
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
    this.#account();
    if (this.#gate.has(PauseReason.peer)) this.#resumeFrom(PauseReason.peer);
    this.#parser.resume();
    if (this.#parser.hasUnread) this.data(noBytes);
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
    const lost = this.#countLost();
    this.#loseAll('the connection to the peer is gone', error);
    this.#dropped = true;
    this.#waitingFrames = undefined;
    this.#account();
    this.#context.memory.close(this.#link.peerIp, this.account);
    this.#wakeWriters();
    this.#events.onClosed(this, lost);
  }

  // ReplyLine

  get maxUnsentBytes(): number {
    return this.#context.config.limits.maxUnsentBytes;
  }

  get writable(): boolean {
    return this.#phase !== 'closed' && this.#phase !== 'lingering';
  }

  get behind(): boolean {
    return this.#gate.has(PauseReason.peer);
  }

  get overfull(): boolean {
    return this.#unsentBytes > this.maxUnsentBytes;
  }

  dropOverfull(): void {
    const text = `${this.#unsentBytes} bytes wait for the peer, which does not read, more than the ${this.maxUnsentBytes} of ${limitName('maxUnsentBytes')}`;
    this.#drop(new UnsentOverflow(text, { peer: this.peer }));
  }

  legacyReply(keys: Readonly<Record<string, string | number>>, content: string | Uint8Array): void {
    if (!this.writable) return;
    const isLast =
      this.#peerEnded && (this.#waitingFrames?.length ?? 0) === 0 && this.#unreadable === undefined;
    if (this.#phase !== 'oneShot' || this.#keepAliveMs === 0 || isLast || this.#goawayAt !== undefined) {
      this.#lastFrame(keys, content);
      return;
    }
    this.#phase = 'between';
    this.writer.frame(keys, content);
    this.writer.flushSoon();
  }

  released(exchange: Exchange): void {
    this.#open.delete(exchange.replyId);
    if (this.#slots.leave(exchange)) {
      this.#waitingChanged();
      this.#endIfDone();
      return;
    }
    if (this.#slots.unfinished > this.#slots.taken) {
      this.#slots.fill();
      this.#waitingChanged();
    }
    if (this.#slots.taken === 0) this.#ages.busyAt = this.#context.clock.now();
    if (this.#phase === 'between') this.#takeWaitingFrames();
    else this.#endIfDone();
  }

  whenWritable(callback: () => void): void {
    if (this.behind && this.#phase !== 'closed') this.#writableCallbacks.push(callback);
    else callback();
  }

  // What the host decides

  /** Accepted a while ago, and no whole frame has come. */
  isUnbegun(now: number): boolean {
    return this.#phase === 'fresh' && now - this.#ages.frameStartedAt >= UNBEGUN_MS;
  }

  /**
   * Refuses: one error frame, FIN, then input is discarded until the peer's end or Linger_ms (protocol 1.3).
   */
  refuse(error: RxcometError): void {
    if (!this.writable) return;
    this.#context.report(error);
    this.#cancelAll(error);
    const { code } = error;
    const message = error instanceof PeerError ? error.detail : error.message;
    if (this.#phase === 'kept') this.#lastFrame({ status: 'error' }, connectionError(code, message));
    else this.#lastError(code, message);
  }

  /**
   * Reads no more until the memory budget allows it; a frame under way may complete, because that frees its
   * bytes.
   */
  pauseForMemory(): void {
    if (!this.#parser.insideFrame && !this.#mayReadOn) this.#pauseBetweenFrames();
  }

  get #mayReadOn(): boolean {
    return this.#context.memory.allows(this.heldBytes, this.account);
  }

  stalls(now: number): boolean {
    if (this.#ages.stallsInReading(now, this.#link.unsentBytes)) return true;
    if (this.#gate.paused || !this.#parser.insideFrame || this.#phase === 'lingering') return false;
    return this.#ages.stallsInFrame(now, this.#parser);
  }

  resumeForMemory(): void {
    if (this.#gate.has(PauseReason.memory)) this.#resumeFrom(PauseReason.memory);
  }

  /** Gives its memory back: politely, unless the peer doesn't read what is there for it already. */
  shed(error: RxcometError): void {
    // An error frame would only wait behind what the peer doesn't read.
    if (this.#unsentBytes > 0) this.#drop(error);
    else this.refuse(error);
    this.#account();
  }

  /** Drops it without a word to the peer. */
  cutOff(error: RxcometError): void {
    this.#drop(error);
  }

  /** Announces the end: what has been accepted is still answered, nothing more is taken. */
  goaway(): void {
    if (this.#phase === 'kept' && this.#goawayAt === undefined) {
      this.#goawayAt = this.#lastId;
      writeGoaway(this.writer, this.#lastId);
      this.writer.flushSoon();
    } else if (this.#phase === 'fresh' || (this.#phase === 'between' && this.#parser.insideFrame)) {
      // It may be in the middle of its request; every one-shot peer gets one frame (protocol 1.3).
      this.#lastError('ERR_APP_STOPPING', 'the host is stopping');
    } else if (this.#phase === 'between' && this.#isIdle) this.#endLegacy();
    // The reply to what is at work will be the last.
    else if (this.#phase === 'oneShot' || this.#phase === 'between') this.#goawayAt ??= 0;
    this.#endIfDone();
  }

  /**
   * The end of grace: whatever runs is aborted and the connection dropped; a legacy peer that still waits for
   * its one frame (protocol 1.3) gets it, and has Linger_ms to read it. Returns how many messages that hit.
   */
  abort(reason: RxcometError): number {
    const unfinished = this.unfinished;
    const owed = this.#phase === 'oneShot';
    this.#aborted = true;
    if (owed) this.#lastError(reason.code, reason.message);
    // From here on nothing is written.
    if (this.#phase !== 'closed') this.#phase = 'lingering';
    this.#cancelAll(reason);
    if (!owed) this.#link.destroy();
    return unfinished;
  }

  /** Linger_ms is over. A reply still on its way keeps the connection, the write timeout bounds that. */
  lingered(): void {
    if (this.#link.unsentBytes > 0 && !this.#aborted) this.#context.lingering.add(this);
    else this.#link.destroy();
  }

  /** Called every now and then: judges ages and silences against the limits. */
  check(now: number): void {
    if (this.#phase === 'closed') return;
    const stuck = this.#ages.judgeWriting(now, this.#writtenBytes, this.#link.unsentBytes);
    if (stuck !== undefined) {
      this.#drop(stuck);
      return;
    }
    this.#account();
    if (this.#phase === 'lingering' || this.#phase === 'oneShot') return;
    if (this.#phase === 'kept') this.#checkKept(now);
    if (this.#phase === 'between' && this.#isIdle && !this.#parser.insideFrame) {
      if (now - this.#ages.busyAt > this.#keepAliveMs) this.#endLegacy();
      return;
    }
    if (this.#gate.paused || (this.#phase !== 'fresh' && !this.#parser.insideFrame)) return;
    const late = this.#ages.judgeFrame(now, this.#parser, this.#gate.pausedMs);
    if (late !== undefined) this.refuse(late);
  }

  #checkKept(now: number): void {
    if (this.unfinished === 0 && !this.#parser.insideFrame && this.#goawayAt === undefined) {
      const idle = this.#ages.judgeIdleness(now);
      if (idle !== undefined) {
        this.#context.report(idle);
        this.goaway();
        return;
      }
    }
    // A peer that has ended its direction says nothing any more.
    if (this.#context.config.heartbeatMs === 0 || this.#peerEnded) return;
    if (!this.#gate.paused) {
      const silent = this.#ages.judgeSilence(now);
      if (silent !== undefined) this.#drop(silent);
    } else if (this.#ages.pongIsDue(now)) {
      writePong(this.writer);
      this.writer.flushSoon();
    }
  }

  #onHeader(header: FrameHeader): void {
    if (this.#phase !== 'fresh') return;
    const native = saysNative(header);
    const kept = native && header.connection === 'keep-alive';
    requireToken(this.#context, this.#link, native ? header.authorization : undefined, !kept);
  }

  #onFrame(frame: Frame): void {
    this.#frames += 1;
    if (this.#phase === 'kept') {
      this.#onKeptFrame(frame);
      return;
    }
    const { header } = frame;
    const native = saysNative(header);
    if (native && header.connection === 'keep-alive' && this.#phase === 'fresh') {
      this.#phase = 'kept';
      this.#replies = new NativeReplies(this);
      this.#ages.busyAt = this.#ages.heardAt;
      const { limits, heartbeatMs, dedup } = this.#context.config;
      const { maxInFlight, maxContentBytes } = limits;
      writeHello(this.writer, { maxInFlight, maxContentBytes, heartbeatMs, dedup: dedup !== undefined });
      this.writer.flush();
      this.#showDialect('native');
      requireToken(this.#context, this.#link, header.authorization, false);
      this.#onKeptFrame(frame);
      return;
    }
    if (this.#phase === 'oneShot' || (this.#phase === 'between' && !this.#isIdle && !this.#takingFrames)) {
      (this.#waitingFrames ??= new Deque()).push(frame);
      this.#waitingFrameBytes += frame.wireBytes;
      this.#gate.close(PauseReason.turn);
      return;
    }
    // Before its phase: a refusal is for the program that wrote this frame.
    requireToken(this.#context, this.#link, native ? header.authorization : undefined, true);
    if (this.#phase === 'fresh') this.#showDialect('comet');
    this.#phase = 'oneShot';
    if (this.#keepAliveMs === 0) this.#parser.stop();
    this.#accept(frame, 0, false);
  }

  get #keepAliveMs(): number {
    return this.#context.config.limits.keepAliveMs ?? 0;
  }

  /** Of a legacy peer whose connection is kept: no request is at work or waits. */
  get #isIdle(): boolean {
    return this.#slots.taken === 0 && (this.#waitingFrames?.length ?? 0) === 0;
  }

  /**
   * Begins what a legacy peer sent meanwhile: one request at a time, since only their order tells the replies
   * apart.
   */
  #takeWaitingFrames(): void {
    if (this.#takingFrames) return;
    this.#takingFrames = true;
    try {
      while (this.#phase === 'between' && this.#slots.taken === 0) {
        const frame = this.#waitingFrames?.shift();
        if (frame === undefined) break;
        this.#waitingFrameBytes -= frame.wireBytes;
        this.#onFrame(frame);
      }
    } catch (error) {
      if (!(error instanceof RxcometError)) throw error;
      this.refuse(error);
    } finally {
      this.#takingFrames = false;
    }
    if ((this.#waitingFrames?.length ?? 0) > 0) return;
    if (this.#phase === 'between' && this.#slots.taken === 0) {
      if (this.#unreadable !== undefined) this.refuse(this.#unreadable);
      else if (this.#peerEnded || this.#goawayAt !== undefined) this.#endLegacy();
    }
    this.#gate.open(PauseReason.turn);
    this.#account();
  }

  #endLegacy(): void {
    this.#phase = 'lingering';
    this.#parser.stop();
    this.writer.flush();
    this.#close();
  }

  #showDialect(dialect: Dialect): void {
    this.#dialect = dialect;
    this.#events.onDialect(this, dialect);
  }

  #onKeptFrame(frame: Frame): void {
    const { header } = frame;
    const kind = kindFromClient(header);
    switch (kind) {
      case FromClient.request:
        this.#onRequest(frame);
        return;
      case FromClient.cancel:
        this.#onCancel(header.cancel);
        return;
      case FromClient.ping:
        writePong(this.writer);
        return;
      case FromClient.pong:
        return;
      default:
        unreachable(kind);
    }
  }

  #onRequest(frame: Frame): void {
    const { header } = frame;
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

  #onCancel(messageId: unknown): void {
    if (!isMessageId(messageId)) {
      throw new ProtocolViolation('cancel must name a message-id; protocol 2', { peer: this.peer });
    }
    const exchange = this.#open.get(messageId);
    if (exchange === undefined) return;
    const { action } = exchange.message;
    const reason = new ConnectionLost(`the peer cancelled ${quoteName(action)}`, { peer: this.peer });
    exchange.run?.cancel(exchange, reason);
    this.#context.chain.cancel(exchange, reason);
    // It may have held others back.
    this.#slots.fill();
  }

  #accept(frame: Frame, replyId: number, noAck: boolean): void {
    const exchange = createExchange(this.#replies, this.#context, this.peer, frame, replyId, noAck);
    const { message } = exchange;
    const { dedup } = this.#context;
    if (dedup === undefined || message.key === undefined) this.#context.onMessage(message);
    else if (!dedup.accept(exchange, this.#replies)) {
      // A repeat that is over already.
      this.#ages.busyAt = this.#ages.heardAt;
      this.#endIfDone();
      return;
    }
    if (this.#slots.take(exchange)) {
      this.#begin(exchange);
      return;
    }
    this.#open.set(exchange.replyId, exchange);
    if (this.#slots.crowded) this.#gate.close(PauseReason.slots);
  }

  #begin(exchange: Exchange): void {
    if (exchange.run === undefined) this.#context.chain.start(exchange);
    else exchange.run.begin();
    if (!exchange.released) this.#open.set(exchange.replyId, exchange);
  }

  turnCame(exchange: Exchange): void {
    this.#slots.turnCame(exchange);
    this.#waitingChanged();
  }

  /** Fewer wait for a slot. */
  #waitingChanged(): void {
    this.#account();
    if (this.#phase === 'lingering') this.#gate.openWide();
    else if (this.#slots.roomy) this.#gate.open(PauseReason.slots);
  }

  /** Drops the connection with all it holds. */
  #drop(error: RxcometError): void {
    if (this.#dropped) return;
    this.#context.report(error);
    this.#phase = 'lingering';
    this.#dropped = true;
    this.#parser.stop();
    this.#cancelAll(error);
    this.#account();
    this.#link.destroy();
  }

  /** The one frame of a one-shot peer, or the last of a kept one; then FIN and linger. */
  #lastFrame(keys: Readonly<Record<string, string | number>>, content: string | Uint8Array): void {
    if (!this.writable) return;
    this.#phase = 'lingering';
    this.#parser.stop();
    this.writer.frame(keys, content);
    this.writer.flush();
    this.#gate.openWide();
    this.#close();
  }

  /**
   * To a peer not known to be native: a text it may show, and the code for those who look into the header.
   */
  #lastError(code: string, message: string): void {
    this.#lastFrame({ status: 'error', code }, legacyError(message));
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
    this.writer.flush();
    this.#close();
  }

  #hasUnconfirmed(): boolean {
    for (const exchange of this.#open.values()) if (exchange.noAck) return true;
    return false;
  }

  /**
   * Messages at work but for those that go on without their connection, because a repeat may ask for the
   * answer.
   */
  #countLost(): number {
    let lost = this.unfinished;
    for (const { run } of this.#open.values()) if (run !== undefined) lost -= 1;
    return lost;
  }

  #loseAll(reason: string, cause: Error | undefined): void {
    // Most connections end with nothing open, and an error with its stack is not cheap.
    if (this.#open.size > 0) this.#cancelAll(new ConnectionLost(reason, { peer: this.peer, cause }));
  }

  #cancelAll(reason: RxcometError, unconfirmedToo = true): void {
    // Those that wait go first: a slot that comes free must not begin one of them.
    for (const exchange of this.#slots.waiting) {
      if (unconfirmedToo || !exchange.noAck) this.#context.chain.cancel(exchange, reason);
    }
    // A one-shot exchange has id 0 in the same map.
    for (const exchange of [...this.#open.values()]) {
      if (unconfirmedToo || !exchange.noAck) this.#context.chain.cancel(exchange, reason);
    }
  }

  #write(bytes: Uint8Array): boolean {
    if (this.#phase === 'closed') return true;
    this.#writtenBytes += bytes.length;
    this.#context.observation.sentBytes += bytes.length;
    const free = this.#link.write(bytes);
    this.#account();
    // A peer that does not read is not read from: its next requests would only make more answers wait.
    if (!free && (this.#phase === 'kept' || this.#phase === 'between')) {
      this.#gate.close(PauseReason.peer);
      // Nor are requests that came already, by the hundred in one chunk, answered before it reads.
      this.#parser.pause();
    }
    return free;
  }

  /** Tells the memory budget what has changed. */
  #account(): void {
    const { heldBytes } = this;
    const change = heldBytes - this.#accountedBytes;
    if (change === 0) return;
    this.#accountedBytes = heldBytes;
    this.account.add(change);
  }

  #pauseBetweenFrames(): void {
    if (this.#phase === 'fresh' || this.#phase === 'between' || this.#phase === 'kept') {
      this.#gate.close(PauseReason.memory);
    }
  }

  #resumeFrom(reason: PauseReason): void {
    this.#ages.readAgain(this.#context.clock.now());
    if (this.#phase === 'lingering') this.#gate.openWide();
    else this.#gate.open(reason);
  }

  #wakeWriters(): void {
    const callbacks = this.#writableCallbacks;
    if (callbacks.length === 0) return;
    this.#writableCallbacks = [];
    for (const callback of callbacks) callback();
  }
}
