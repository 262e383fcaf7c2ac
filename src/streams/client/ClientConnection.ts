import { limitName } from '../../runtime/limitNames';
import {
  BadReply,
  ConnectionClosed,
  type Delivered,
  RemoteError,
  type SendError,
  type SendErrorFields,
  SendTooLarge,
} from '../../errors/sending';
import { HeartbeatLost, ProtocolViolation, TlsFailed } from '../../errors/connections';
import { RxcometError } from '../../errors/RxcometError';
import type { ClientContext } from './ClientContext';
import { ClientHeartbeat } from './ClientHeartbeat';
import type { Dialect } from '../messages/Message';
import { type Send, failureFields } from './Send';
import type { Frame, FrameHeader } from '../wire/Frame';
import { FrameParser } from '../wire/FrameParser';
import { FrameWriter } from '../wire/FrameWriter';
import { IdTable } from './IdTable';
import { isMessageId } from '../wire/nativeKeys';
import {
  FromHost,
  type Hello,
  kindFromHost,
  type NativeRequest,
  requestKeys,
  unreachable,
  writeCancel,
  writePing,
  writePong,
} from '../wire/nativeFrames';
import { ReplyReader, legacyFailure, readHello } from './ReplyReader';
import type { Link, LinkEvents } from '../transport/Link';

type Phase = 'finding' | 'kept' | 'draining' | 'ending' | 'closed';

/** What a connection tells the lane that opened it. */
export interface ClientConnectionEvents {
  /** Hello came: requests may be pipelined. */
  kept(connection: ClientConnection): void;
  /** The first request was answered without hello. */
  legacy(connection: ClientConnection): void;
  /** There is room for requests again. */
  room(connection: ClientConnection): void;
  /** The peer takes no new requests; those it won't handle come back, in order. */
  goaway(connection: ClientConnection, unhandled: Send[]): void;
  /** The peer refused the connection by TLS and has handled nothing; `closed` follows. */
  refused(sends: Send[], error: Error): void;
  closed(connection: ClientConnection): void;
}

/**
 * The client's side of one connection (protocol 1.3 and 2). Its first request goes alone; hello makes it a
 * kept one.
 *
 * ```
 * finding: the first request is out ── hello ─► kept ── goaway, finish ─► draining: answers still come
 *    │ any other reply: the peer is legacy        │                          │ all answered, all written
 *    ▼                                            ▼ the peer's FIN, bad frame ▼
 *  ending: nothing is read any more, ours is over ◄──────────────────────────┘
 * any ── link gone, heartbeat lost ─► closed
 * ```
 */
export class ClientConnection implements LinkEvents {
  readonly #link: Link;
  readonly #context: ClientContext;
  readonly #events: ClientConnectionEvents;
  readonly #parser: FrameParser;
  readonly #writer: FrameWriter;
  readonly #replies: ReplyReader;
  readonly #heartbeat: ClientHeartbeat;
  readonly #inFlight = new IdTable<Send>();
  #phase: Phase = 'finding';
  #lastId = 0;
  #hello: Hello | undefined;
  #legacy = false;
  #behind = false;

  constructor(link: Link, context: ClientContext, events: ClientConnectionEvents) {
    this.#link = link;
    this.#context = context;
    this.#events = events;
    this.#parser = new FrameParser({
      maxContentBytes: context.maxContentBytes,
      peer: link.peer,
      onFrame: (frame) => this.#onFrame(frame),
    });
    this.#writer = new FrameWriter((bytes) => {
      if (this.#phase === 'closed') return true;
      context.observation.sentBytes += bytes.length;
      // Near enough, and the clock is asked once for each chunk.
      this.#heartbeat.wroteAt = this.#heartbeat.heardAt;
      const free = link.write(bytes);
      if (!free) this.#behind = true;
      return free;
    });
    this.#replies = new ReplyReader(context, link.peer);
    this.#heartbeat = new ClientHeartbeat(
      context.clock,
      () => this.#ping(),
      (periodMs) => this.#lost(periodMs),
    );
  }

  get peer(): string {
    return this.#link.peer;
  }

  get dialect(): Dialect | undefined {
    return this.#hello !== undefined ? 'native' : this.#legacy ? 'comet' : undefined;
  }

  get atRest(): boolean {
    const isKept = this.#phase === 'kept' || this.#phase === 'draining';
    return isKept && this.#parser.betweenFrames && this.#writer.pendingBytes === 0;
  }

  get hasRoom(): boolean {
    return this.#phase === 'kept' && !this.#behind && this.#inFlight.size < (this.#hello?.maxInFlight ?? 1);
  }

  /** It takes no new requests for good; answers may still come. */
  get leaving(): boolean {
    return this.#phase !== 'finding' && this.#phase !== 'kept';
  }

  /** The system has taken all that was written. */
  get flushed(): boolean {
    return this.#link.unsentBytes + this.#writer.pendingBytes === 0;
  }

  /** Requests written and unanswered. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /**
   * Writes the first request, which goes alone; its answer tells the dialect, so that it is always confirmed.
   */
  start(first: Send): void {
    this.#link.open(this);
    this.#lastId = 1;
    first.id = 1;
    first.connection = this;
    this.#inFlight.add(1, first);
    const { dialect, token } = this.#context.config;
    this.#writeFrame(
      dialect === 'comet'
        ? {}
        : requestKeys({ ...nativeRequest(first), confirm: true }, { token: token?.reveal() }),
      first,
    );
    this.#writer.flush();
  }

  /** Pipelines one more request; only while `hasRoom`. */
  write(send: Send): void {
    const id = this.#lastId + 1;
    const limit = this.#hello?.maxContentBytes ?? Infinity;
    if (send.weight * 3 > limit) {
      const bytes = send.text === undefined ? send.weight : Buffer.byteLength(send.text);
      if (bytes > limit) {
        const text = `${bytes} bytes are more than the ${limit} the peer accepts (its ${limitName('maxContentBytes')})`;
        send.error(new SendTooLarge(text, this.#fields(send, 'no')));
        return;
      }
    }
    this.#lastId = id;
    send.id = id;
    send.connection = this;
    const noAck = !send.confirm;
    if (send.text !== undefined && send.key === undefined && send.trace === undefined) {
      this.#writer.request(id, send.text, noAck);
    } else this.#writeFrame(requestKeys(nativeRequest(send)), send);
    this.#writer.flushSoon();
    if (noAck) send.complete();
    else this.#inFlight.add(id, send);
  }

  /**
   * Pipelines a request that nobody waits for, only while `hasRoom`: the way of
   * `tell(…, { confirm: false })`, without an object per message. False when it may be too large for the
   * peer, which is for `write` to find out.
   */
  writeUnconfirmed(text: string): boolean {
    if (text.length * 3 > (this.#hello?.maxContentBytes ?? Infinity)) return false;
    this.#lastId += 1;
    this.#writer.request(this.#lastId, text, true);
    this.#writer.flushSoon();
    return true;
  }

  /** It will say by itself when the peer is gone, so that an answer can be waited for without a limit. */
  get heedsHeartbeat(): boolean {
    return this.#phase === 'kept' && this.#context.config.heartbeatMs > 0;
  }

  /**
   * The send was given up: a native peer is told, a connection that is still finding out is closed (protocol
   * 2). `repeatable`: whoever sent it may send it again under the same key, and a host that drops repeats
   * then lets the repeat join the handler, which must go on.
   */
  cancel(send: Send, repeatable: boolean): void {
    if (this.#inFlight.get(send.id) !== send) return;
    this.#inFlight.delete(send.id);
    if (this.#phase === 'finding') {
      this.#phase = 'ending';
      this.#link.destroy();
      return;
    }
    if (this.#phase !== 'kept' && this.#phase !== 'draining') return;
    if (!repeatable || this.#hello?.dedup !== true) {
      writeCancel(this.#writer, send.id);
      this.#writer.flushSoon();
    }
    this.#madeRoom();
  }

  /** Ends politely when nothing is unanswered. */
  finish(): void {
    if (this.#phase === 'kept') this.#phase = 'draining';
    this.#endIfDrained();
  }

  destroy(): void {
    this.#link.destroy();
  }

  /** All unanswered sends, for the end of grace. */
  unanswered(): Send[] {
    return this.#inFlight.values();
  }

  // LinkEvents

  data(chunk: Uint8Array): void {
    this.#context.observation.receivedBytes += chunk.length;
    this.#heartbeat.heardAt = this.#context.clock.now();
    if (this.#phase === 'ending' || this.#phase === 'closed') return;
    this.#writer.hold();
    try {
      this.#parser.push(chunk);
    } catch (error) {
      if (!(error instanceof RxcometError)) throw error;
      this.#broken(error);
      return;
    } finally {
      this.#writer.release();
    }
    this.#writer.flush();
    this.#madeRoom();
  }

  end(): void {
    if (this.#phase === 'closed') return;
    // Nothing at all came from there, and a host that waits for a TLS handshake ends like this.
    const hint =
      this.#phase === 'finding' && this.#context.config.tls === undefined ? '; does it want TLS?' : '';
    // Before the failures are told: what is sent again from there must not come back here.
    this.#phase = 'ending';
    this.#failAll((send) =>
      this.#closedError(send, `the peer ended the connection without an answer${hint}`, undefined),
    );
    // Who ends its direction reads no more requests of ours (protocol 2), so nothing is left to be said.
    this.#link.destroy();
  }

  drain(): void {
    this.#behind = false;
    this.#endIfDrained();
    this.#events.room(this);
  }

  close(error: Error | undefined): void {
    if (this.#phase === 'closed') return;
    this.#heartbeat.stop();
    this.#parser.stop();
    if (this.#phase === 'finding' && error instanceof TlsFailed && error.refused) {
      const sends = this.unanswered();
      this.#inFlight.clear();
      this.#phase = 'closed';
      this.#events.refused(sends, error);
      this.#events.closed(this);
      return;
    }
    const reason =
      error === undefined
        ? 'the connection closed without an answer'
        : `the connection broke: ${error.message}`;
    this.#phase = 'closed';
    this.#failAll((send) => this.#closedError(send, reason, error));
    this.#events.closed(this);
  }

  #writeFrame(keys: Record<string, string | number>, send: Send): void {
    if (send.text !== undefined) this.#writer.frame(keys, send.text);
    else
      this.#writer.frame(
        { 'content-type': 'binary/custom-client-binary-type', ...keys },
        send.raw ?? new Uint8Array(),
      );
    this.#heartbeat.wroteAt = this.#context.clock.now();
  }

  #onFrame(frame: Frame): void {
    if (this.#phase === 'finding') this.#onFirstFrame(frame);
    else if (this.#phase === 'kept' || this.#phase === 'draining') this.#onKeptFrame(frame);
  }

  #onFirstFrame(frame: Frame): void {
    const { header } = frame;
    if (kindFromHost(header) === FromHost.hello && this.#context.config.dialect !== 'comet') {
      this.#hello = readHello(frame, this.peer);
      this.#phase = 'kept';
      this.#heartbeat.start(this.#hello.heartbeatMs, this.#context.config.heartbeatMs);
      this.#events.kept(this);
      return;
    }
    const send = this.#inFlight.get(1);
    this.#inFlight.clear();
    this.#legacy = true;
    this.#phase = 'ending';
    this.#parser.stop();
    if (send !== undefined) {
      // A host refuses before it knows how its peer speaks.
      if (this.#context.config.dialect === 'native' && header.status !== 'error') {
        const text =
          'the peer does not speak the native dialect that `Dialect: native` asks for; use auto or comet';
        send.error(new BadReply(text, this.#fields(send, 'yes')));
      } else this.#settle(send, frame, true);
    }
    // Closed, not only ended: a peer that keeps its side open must not keep ours.
    this.#link.destroy();
    this.#events.legacy(this);
  }

  #onKeptFrame(frame: Frame): void {
    const { header } = frame;
    const kind = kindFromHost(header);
    switch (kind) {
      case FromHost.result:
      case FromHost.error: {
        const send = this.#answered(header);
        if (send === undefined) return;
        this.#inFlight.delete(send.id);
        this.#settle(send, frame, false);
        return;
      }
      case FromHost.next: {
        const send = this.#answered(header);
        if (send === undefined) return;
        send.began();
        this.#take(send, frame);
        return;
      }
      case FromHost.complete: {
        const send = this.#answered(header);
        if (send === undefined) return;
        this.#inFlight.delete(send.id);
        send.complete();
        return;
      }
      case FromHost.ping:
        writePong(this.#writer);
        return;
      case FromHost.pong:
        return;
      case FromHost.goaway:
        this.#onGoaway(header.goaway);
        return;
      case FromHost.connectionError:
        this.#onConnectionError(frame);
        return;
      case FromHost.hello:
      case FromHost.unknown:
        if (this.#answered(header) === undefined) return;
        throw new ProtocolViolation(
          `the status of a reply cannot be ${JSON.stringify(header.status)}; protocol 2`,
          { peer: this.peer },
        );
      default:
        unreachable(kind);
    }
  }

  /**
   * The send that a reply is for; undefined when it was cancelled or timed out before. Throws
   * ProtocolViolation.
   */
  #answered({ messageId }: FrameHeader): Send | undefined {
    if (!isMessageId(messageId) || messageId > this.#lastId) {
      throw new ProtocolViolation('a reply must carry the message-id of a request; protocol 2', {
        peer: this.peer,
      });
    }
    return this.#inFlight.get(messageId);
  }

  /** The terminal reply of a send. */
  #settle(send: Send, frame: Frame, legacy: boolean): void {
    if (frame.header.status === 'error') {
      send.error(this.#replies.error(frame, send));
      return;
    }
    if (this.#take(send, frame, legacy)) send.complete();
  }

  /** Hands a result on; false when it is no result. */
  #take(send: Send, frame: Frame, legacy = false): boolean {
    let result: unknown;
    try {
      result = this.#replies.result(frame, send);
    } catch (error) {
      if (!(error instanceof RxcometError)) throw error;
      this.#inFlight.delete(send.id);
      send.error(error);
      return false;
    }
    const failure = legacy ? legacyFailure(result) : undefined;
    if (failure !== undefined) {
      send.error(new RemoteError(failure, { ...this.#fields(send, 'yes'), remoteCode: '' }));
      return false;
    }
    send.next(result);
    return true;
  }

  #onConnectionError(frame: Frame): void {
    const sends = this.unanswered();
    this.#inFlight.clear();
    this.#phase = 'ending';
    for (const send of sends) send.error(this.#replies.error(frame, send, 'unknown'));
    this.#link.destroy();
  }

  #onGoaway(highest: unknown): void {
    if (typeof highest !== 'number' || !Number.isSafeInteger(highest) || highest < 0) {
      throw new ProtocolViolation('goaway must name a message-id; protocol 2', { peer: this.peer });
    }
    const unhandled: Send[] = [];
    for (const [id, send] of this.#inFlight.entries()) {
      if (id <= highest) continue;
      this.#inFlight.delete(id);
      unhandled.push(send);
    }
    this.#phase = 'draining';
    this.#events.goaway(this, unhandled);
    this.#endIfDrained();
  }

  #endIfDrained(): void {
    if (this.#phase !== 'draining' || this.#inFlight.size > 0) return;
    this.#writer.flush();
    // Unconfirmed requests may wait in the link; `drain` comes back here.
    if (this.#behind) return;
    this.#phase = 'ending';
    this.#link.end();
  }

  #madeRoom(): void {
    this.#endIfDrained();
    if (this.hasRoom) this.#events.room(this);
  }

  #ping(): void {
    writePing(this.#writer);
    this.#writer.flush();
  }

  #lost(periodMs: number): void {
    const text = `nothing was heard for two heartbeats of ${periodMs} ms`;
    this.close(new HeartbeatLost(text, { peer: this.peer }));
    this.#link.destroy();
  }

  /** What came cannot be read, so nothing that follows can be. */
  #broken(error: RxcometError): void {
    this.#phase = 'ending';
    this.#failAll((send) => new BadReply(error.message, { ...this.#fields(send, 'unknown'), cause: error }));
    this.#link.destroy();
  }

  #failAll(errorFor: (send: Send) => SendError): void {
    const sends = this.unanswered();
    this.#inFlight.clear();
    for (const send of sends) send.error(errorFor(send));
  }

  #closedError(send: Send, reason: string, cause: unknown): SendError {
    const fields = this.#fields(send, 'unknown');
    return new ConnectionClosed(reason, cause === undefined ? fields : { ...fields, cause });
  }

  #fields(send: Send, delivered: Delivered): SendErrorFields {
    return failureFields(this.#context.config.name, send, delivered);
  }
}

function nativeRequest({ id, confirm, key, trace, raw, action }: Send): NativeRequest {
  return { id, confirm, key, trace, action: raw === undefined ? '' : action };
}
