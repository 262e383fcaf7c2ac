import type { Secret } from '../../config/types/Secret';
import type { Clock } from '../../runtime/Clock';
import { Deque } from '../../runtime/Deque';
import { FrameWriter } from '../../streams/wire/FrameWriter';
import { type NativeRequest, requestKeys, writeCancel } from '../../streams/wire/nativeFrames';
import type { Link } from '../../streams/transport/Link';
import { contentText } from '../../recording/content/contentText';
import { ConversationWatcher } from '../../recording/capture/ConversationWatcher';
import type { EventSink } from '../../recording/capture/EventSink';
import type {
  RecordedAck,
  RecordedCancel,
  RecordedClose,
  RecordedMessage,
} from '../../recording/RecordedEvent';
import { nextTurn } from '../../runtime/turns';

/** Not more than a host takes at once by default (Max_in_flight). */
const MAX_IN_FLIGHT = 256;
/**
 * So many messages wait for earlier ones to be answered, and so many bytes for the host to read, before the
 * drive is to wait.
 */
const MAX_WAITING = 256;
const MAX_UNSENT_BYTES = 1024 * 1024;
/** A reset waits no longer than this for the host to read what was sent before it, milliseconds. */
const MAX_RESET_PAUSE_MS = 100;

/** How a recorded connection is driven. */
export interface ReplayLinkOptions {
  readonly native: boolean;
  readonly clock: Clock;
  readonly sink: EventSink;
  /** What a native host wants to see; recordings hold none. */
  readonly token?: Secret | undefined;
}

/** A message that is to be answered. */
export interface AskedMessage {
  readonly action: string;
  /** In the recording. */
  readonly at: number;
  /** Undefined while it waits for others to be answered. */
  sentAt: number | undefined;
  /** Acknowledgements that came. */
  came: number;
  /** Recorded acknowledgements that the drive has reached. */
  recorded: number;
  /** Its final acknowledgement came. */
  over: boolean;
}

/**
 * One recorded connection to a host, driven again: sends its messages as they were and tells what comes back
 * as events.
 */
export class ReplayLink {
  readonly #link: Link;
  readonly #native: boolean;
  readonly #clock: Clock;
  readonly #token: Secret | undefined;
  readonly #watcher: ConversationWatcher;
  readonly #frames: FrameWriter;
  /** By id, until the recorded final acknowledgement was reached. */
  readonly #asked = new Map<number, AskedMessage>();
  /** How many of them are not over. */
  #unanswered = 0;
  readonly #waiting = new Deque<RecordedMessage | RecordedCancel>();
  /** The last message written; their ids ascend on a native connection. */
  #written: RecordedMessage | undefined;
  #writtenAt = 0;
  #greeting = false;
  #flushing = false;
  #ending = false;
  #reset = false;
  #closed = false;
  #changed: (() => void)[] = [];

  /** @param sink gets the events, under the recorded number of the connection. */
  constructor(link: Link, number: number, { native, clock, sink, token }: ReplayLinkOptions) {
    this.#link = link;
    this.#clock = clock;
    this.#native = native;
    this.#token = token;
    const writer: EventSink = {
      get elapsedMs() {
        return sink.elapsedMs;
      },
      write: (event) => {
        if (event.kind === 'ack') this.#came(event);
        sink.write(event);
      },
    };
    this.#watcher = new ConversationWatcher({ writer, link: number, side: 'host', peer: link.peer });
    this.#frames = new FrameWriter((bytes) => link.write(bytes));
    link.open({
      data: (chunk) => {
        this.#watcher.data('host', chunk);
        this.#flush();
        this.#tell();
      },
      end: () => {
        this.#watcher.end('host');
        this.#end();
      },
      drain: () => this.#tell(),
      close: (error) => {
        this.#closed = true;
        this.#waiting.clear();
        const orderly = error === undefined && this.#ending;
        this.#watcher.close(this.#reset ? 'client' : orderly ? undefined : 'host');
        this.#tell();
      },
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** It can take a message without holding ever more of them. */
  get hasRoom(): boolean {
    return this.#waiting.length < MAX_WAITING && this.#link.unsentBytes < MAX_UNSENT_BYTES;
  }

  /** Nothing waits any more to be sent. */
  get sent(): boolean {
    return this.#closed || this.#waiting.length === 0;
  }

  /** Everything is sent, and each message that asked for one has its final answer. */
  get answered(): boolean {
    return this.#closed || (this.#waiting.length === 0 && this.#unanswered === 0);
  }

  /** Messages without their final answer, for people. */
  get pending(): readonly string[] {
    if (this.#closed) return [];
    return [...this.#asked].flatMap(([id, { action, over }]) => (over ? [] : [`${action} (message ${id})`]));
  }

  /** When the oldest message without its final answer was recorded. */
  get oldestAt(): number | undefined {
    for (const { at, over } of this.#asked.values()) if (!over) return at;
    return undefined;
  }

  /** The message of that id, unless it asked for no answer, was cancelled or forgotten. */
  asked(id: number): AskedMessage | undefined {
    return this.#asked.get(id);
  }

  /** Its answer is waited for no longer. */
  forget(id: number): void {
    if (this.#asked.get(id)?.over === false) this.#unanswered -= 1;
    this.#asked.delete(id);
  }

  message(message: RecordedMessage): void {
    if (this.#ending || this.#closed) return;
    if (message.confirm !== false) {
      const { id, action, at } = message;
      this.forget(id);
      this.#asked.set(id, { action, at, sentAt: undefined, came: 0, recorded: 0, over: false });
      this.#unanswered += 1;
    }
    this.#waiting.push(message);
    this.#flush();
  }

  cancel(cancel: RecordedCancel): void {
    // A legacy host would take it for a request.
    if (this.#ending || this.#closed || !this.#native) return;
    this.forget(cancel.id);
    // Written at once, as it makes room for messages that wait; but not before what it cancels, and only a
    // native host understands it.
    if (cancel.id <= (this.#written?.id ?? 0) && this.#watcher.dialect === 'native')
      this.#writeCancel(cancel);
    else this.#waiting.push(cancel);
    this.#tell();
  }

  /**
   * How long a recorded reset by the client is to wait, milliseconds: as recorded, from the last message on.
   * A reset that comes with what was sent before it takes that away, or looks like an ordinary end.
   */
  msUntilReset({ at }: RecordedClose): number {
    if (this.#written === undefined) return 0;
    return this.#writtenAt + Math.min(at - this.#written.at, MAX_RESET_PAUSE_MS) - this.#clock.now();
  }

  /** Ends as recorded; an end that the host began is awaited by `changed`, not made. */
  close({ how, from }: RecordedClose): void {
    if (from === 'host' || this.#closed) return;
    this.#frames.flush();
    if (how === 'fin') {
      this.#end();
      return;
    }
    this.#reset = true;
    // After what was just flushed.
    nextTurn(() => this.#link.reset());
  }

  /** Ends in order. */
  end(): void {
    this.#end();
  }

  /** Drops what is left. */
  destroy(): void {
    this.#link.destroy();
  }

  /** Calls back once when something came or went, or the connection ended. */
  onChange(callback: () => void): void {
    this.#changed.push(callback);
  }

  #flush(): void {
    const { open } = this.#watcher;
    for (let next = this.#waiting.peek(); next !== undefined; next = this.#waiting.peek()) {
      if (this.#ending) return;
      // A client finds out first, and sends more only to a native host (protocol 2).
      if (this.#greeting && this.#native && this.#watcher.dialect !== 'native') return;
      if (next.kind === 'message' && open.size >= MAX_IN_FLIGHT) return;
      this.#waiting.shift();
      if (next.kind === 'message') this.#write(next);
      else this.#writeCancel(next);
    }
  }

  #writeCancel({ id }: RecordedCancel): void {
    this.#watcher.cancelled(id);
    writeCancel(this.#frames, id);
    this.#flushLater();
  }

  #write(message: RecordedMessage): void {
    const first = this.#greeting ? undefined : { token: this.#token?.reveal() };
    const keys = this.#native ? requestKeys(nativeRequest(message), first) : {};
    if (message.type !== undefined) keys['content-type'] = message.type;
    this.#greeting = true;
    this.#written = message;
    this.#writtenAt = this.#clock.now();
    const asked = this.#asked.get(message.id);
    if (asked !== undefined) asked.sentAt = this.#writtenAt;
    this.#watcher.sent(message);
    this.#frames.frame(keys, contentText(message, message.action));
    this.#flushLater();
  }

  #came({ id, status }: RecordedAck): void {
    const asked = this.#asked.get(id);
    if (asked === undefined) return;
    asked.came += 1;
    if (status === 'next' || asked.over) return;
    asked.over = true;
    this.#unanswered -= 1;
  }

  #flushLater(): void {
    if (this.#flushing) return;
    // What is sent in one turn leaves in one write.
    this.#flushing = true;
    nextTurn(() => {
      this.#flushing = false;
      if (!this.#closed) this.#frames.flush();
    });
  }

  #end(): void {
    if (this.#ending || this.#closed) return;
    this.#ending = true;
    this.#watcher.end('client');
    this.#frames.flush();
    this.#link.end();
  }

  #tell(): void {
    const changed = this.#changed;
    this.#changed = [];
    for (const callback of changed) callback();
  }
}

function nativeRequest({ id, confirm, key, base64, action }: RecordedMessage): NativeRequest {
  return {
    id,
    confirm: confirm !== false,
    key,
    trace: undefined,
    action: base64 === undefined ? '' : action,
  };
}
