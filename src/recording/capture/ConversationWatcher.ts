import { describeError } from '../../runtime/describeError';
import { isRxcometError } from '../../errors/RxcometError';
import type { Frame } from '../../streams/wire/Frame';
import { FrameParser } from '../../streams/wire/FrameParser';
import {
  FromClient,
  FromHost,
  kindFromClient,
  kindFromHost,
  saysNative,
  unreachable,
} from '../../streams/wire/nativeFrames';
import { isMessageId } from '../../streams/wire/nativeKeys';
import { errorCode } from '../../streams/transport/failures';
import { contentPieces } from '../content/contentPieces';
import type { EventSink } from './EventSink';
import type {
  RecordedContent,
  RecordedDialect,
  RecordedEnd,
  RecordedEvent,
  RecordedEventBase,
  RecordedMessage,
} from '../RecordedEvent';

/** What a watcher is told about its link. */
export interface ConversationWatcherOptions {
  readonly writer: EventSink;
  readonly link: number;
  readonly side: string;
  /** The other side as ip:port. */
  readonly peer: string;
  /**
   * The link was open already: how its peers speak. What it had carried, and answers to that, are left out.
   */
  readonly joined?: RecordedDialect;
  /** Frames with more content pass unread and are marked. Default 64 MiB. */
  readonly maxContentBytes?: number;
  /** Is told what the writer throws; without it that changes nothing. */
  readonly onTrouble?: (error: unknown) => void;
}

type Own<E> = E extends RecordedEvent ? Omit<E, keyof RecordedEventBase> : never;

/**
 * Reads along on one connection and writes its events into a recording; never throws, and changes nothing.
 * What cannot be read is marked once for each direction; from there on that direction is not recorded.
 */
export class ConversationWatcher {
  readonly #options: ConversationWatcherOptions;
  readonly #parsers: Readonly<Record<RecordedEnd, FrameParser>>;
  /** Ids of messages without a final answer, in their order; a reply without an id answers the first. */
  readonly #open = new Set<number>();
  #dialect: RecordedDialect;
  readonly #isJoined: boolean;
  #lastId = 0;
  #closed = false;
  #firstEnd: RecordedEnd | undefined;
  readonly #ended = new Set<RecordedEnd>();

  constructor(options: ConversationWatcherOptions) {
    this.#options = options;
    const { peer, joined, maxContentBytes = 64 * 1024 * 1024 } = options;
    const parser = (onFrame: (frame: Frame) => void): FrameParser =>
      new FrameParser({ maxContentBytes, peer, onFrame });
    this.#parsers = {
      client: parser((frame) => this.#request(frame)),
      host: parser((frame) => this.#reply(frame)),
    };
    this.#dialect = joined ?? 'unknown';
    this.#isJoined = joined !== undefined;
    this.#write({ kind: 'open', peer, ...(this.#isJoined ? { joined: true } : {}) });
  }

  /** How the peers speak, as far as it was heard. */
  get dialect(): RecordedDialect {
    return this.#dialect;
  }

  /** Ids of messages without a final answer. */
  get open(): ReadonlySet<number> {
    return this.#open;
  }

  /** Bytes that one end sent. */
  data(from: RecordedEnd, chunk: Uint8Array): void {
    this.#read(from, () => this.#parsers[from].push(chunk));
  }

  /**
   * A message of the client that the caller writes itself, so that its bytes need not be read. Goes instead
   * of `data('client', …)`.
   */
  sent({ id, action, confirm, key, text, base64, content, type }: RecordedMessage): void {
    this.#lastId = id;
    if (confirm !== false) this.#open.add(id);
    this.#write({
      kind: 'message',
      id,
      action,
      ...(confirm === undefined ? {} : { confirm }),
      ...(key === undefined ? {} : { key }),
      ...(text === undefined ? {} : { text }),
      ...(base64 === undefined ? {} : { base64 }),
      ...(content === undefined ? {} : { content }),
      ...(type === undefined ? {} : { type }),
    });
  }

  /** As `sent`: the client no longer wants that answer. */
  cancelled(id: number): void {
    this.#open.delete(id);
    this.#write({ kind: 'cancel', id });
  }

  /** One end sends no more (FIN). */
  end(from: RecordedEnd): void {
    if (this.#ended.has(from)) return;
    this.#ended.add(from);
    this.#firstEnd ??= from;
    this.#read(from, () => this.#parsers[from].finish());
  }

  /**
   * The connection is gone; `dropped` is the end that dropped it, if it was dropped, `error` what the system
   * said of that.
   */
  close(dropped: RecordedEnd | undefined, error?: Error): void {
    if (this.#closed) return;
    const from = this.#firstEnd ?? dropped;
    this.#write({
      kind: 'close',
      how: dropped === undefined ? 'fin' : errorCode(error) === 'ETIMEDOUT' ? 'timeout' : 'reset',
      ...(from === undefined ? {} : { from }),
    });
    this.#closed = true;
    this.#parsers.client.stop();
    this.#parsers.host.stop();
  }

  #read(from: RecordedEnd, action: () => void): void {
    if (this.#closed) return;
    try {
      action();
    } catch (error) {
      // The parser takes nothing more.
      const code = isRxcometError(error) ? error.code : 'ERR_UNREADABLE';
      this.#write({ kind: 'error', code, message: describeError(error), from });
    }
  }

  #request(frame: Frame): void {
    const { header } = frame;
    const native = this.#dialect === 'native' || saysNative(header);
    const kind = native ? kindFromClient(header) : FromClient.request;
    switch (kind) {
      case FromClient.request:
        this.#message(frame, native);
        return;
      case FromClient.cancel:
        if (isMessageId(header.cancel) && !(this.#isJoined && !this.#open.has(header.cancel))) {
          this.cancelled(header.cancel);
        }
        return;
      case FromClient.ping:
      case FromClient.pong:
        return;
      default:
        unreachable(kind);
    }
  }

  #message(frame: Frame, native: boolean): void {
    const { header } = frame;
    const id = native && isMessageId(header.messageId) ? header.messageId : this.#lastId + 1;
    this.#lastId = id;
    const { action, content } = this.#contentOf(frame, 'value');
    const unconfirmed = native && header.ack === 'none';
    if (!unconfirmed) this.#open.add(id);
    this.#write({
      kind: 'message',
      id,
      action: action ?? (native && typeof header.action === 'string' ? header.action : ''),
      ...(unconfirmed ? { confirm: false } : {}),
      ...(native && typeof header.messageKey === 'string' ? { key: header.messageKey } : {}),
      ...content,
    });
  }

  #reply(frame: Frame): void {
    const kind = kindFromHost(frame.header);
    if (kind === FromHost.hello) {
      this.#dialect = 'native';
      return;
    }
    if (this.#dialect !== 'native') {
      this.#dialect = 'comet';
      // `error` stands for legacy peers too, which do not look at it (protocol 2, Replies to legacy peers).
      this.#acknowledgement(frame, frame.header.status === 'error' ? 'error' : undefined);
      return;
    }
    switch (kind) {
      case FromHost.result:
      case FromHost.unknown:
        this.#acknowledgement(frame, undefined);
        return;
      case FromHost.next:
        this.#acknowledgement(frame, 'next');
        return;
      case FromHost.complete:
        this.#acknowledgement(frame, 'complete');
        return;
      case FromHost.error:
      case FromHost.connectionError:
        this.#acknowledgement(frame, 'error');
        return;
      case FromHost.ping:
      case FromHost.pong:
      case FromHost.goaway:
        return;
      default:
        unreachable(kind);
    }
  }

  #acknowledgement(frame: Frame, status: 'next' | 'complete' | 'error' | undefined): void {
    const { header } = frame;
    const native = this.#dialect === 'native';
    // A native reply without an id is an error of the connection (protocol 2, violations).
    const [oldest = 0] = native ? [] : this.#open;
    const id = native && isMessageId(header.messageId) ? header.messageId : oldest;
    if (this.#isJoined && id !== 0 && !this.#open.has(id)) return;
    if (status !== 'next') this.#open.delete(id);
    const { content } =
      status === 'complete' && header.contentLength === 0
        ? { content: {} }
        : this.#contentOf(frame, 'result');
    const code =
      status === 'error' && !native && typeof header.code === 'string' ? { code: header.code } : {};
    this.#write({ kind: 'ack', id, ...(status === undefined ? {} : { status }), ...code, ...content });
  }

  #contentOf(
    { text, bytes, header }: Frame,
    member: 'value' | 'result',
  ): { readonly action?: string; readonly content: RecordedContent } {
    if (text !== undefined) return contentPieces(text, member);
    const base64 = Buffer.from(bytes ?? []).toString('base64');
    return { content: { base64, type: header.contentType } };
  }

  #write(event: Own<RecordedEvent>): void {
    const { writer, link, side } = this.#options;
    try {
      writer.write({ at: writer.elapsedMs, link, side, dialect: this.#dialect, ...event });
    } catch (error) {
      this.#options.onTrouble?.(error);
    }
  }
}
