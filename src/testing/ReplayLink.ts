import { FrameWriter } from '../streams/FrameWriter';
import type { Link } from '../streams/Link';
import { contentText } from './contentText';
import { ConversationWatcher } from './ConversationWatcher';
import type { EventSink } from './EventSink';
import type { RecordedClose, RecordedMessage } from './RecordedEvent';

/** Not more than a host takes at once by default (Max_in_flight). */
const maxInFlight = 256;
/** So many messages wait for earlier ones to be answered, and so many bytes for the host to read, before the drive is to wait. */
const maxWaiting = 256;
const maxUnsentBytes = 1024 * 1024;

// Kept at load: a test may replace the program's.
const nextTurn = setImmediate;

/** One recorded connection to a host, driven again: sends its messages as they were and tells what comes back as events. */
export class ReplayLink {
  readonly #link: Link;
  readonly #native: boolean;
  readonly #watcher: ConversationWatcher;
  readonly #frames: FrameWriter;
  /** By message without its final answer. */
  readonly #actions = new Map<number, string>();
  readonly #waiting = new Map<number, RecordedMessage>();
  #greeting = false;
  #flushing = false;
  #ending = false;
  #closed = false;
  #changed: (() => void)[] = [];

  /** @param sink gets the events, under the recorded number of the connection. */
  constructor(link: Link, number: number, native: boolean, sink: EventSink) {
    this.#link = link;
    this.#native = native;
    const actions = this.#actions;
    const writer: EventSink = {
      get elapsedMs() {
        return sink.elapsedMs;
      },
      write(event) {
        if (event.kind === 'ack' && event.status !== 'next') actions.delete(event.id);
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
        this.#watcher.close(error === undefined && this.#ending ? undefined : 'host');
        this.#tell();
      },
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** It can take a message without holding ever more of them. */
  get hasRoom(): boolean {
    return this.#waiting.size < maxWaiting && this.#link.unsentBytes < maxUnsentBytes;
  }

  /** Whether each message that asked for one has its final answer. */
  get answered(): boolean {
    return this.#closed || this.#actions.size === 0;
  }

  /** Messages without their final answer, for people. */
  get pending(): readonly string[] {
    return this.#closed ? [] : [...this.#actions].map(([id, action]) => `${action} (message ${id})`);
  }

  message(message: RecordedMessage): void {
    if (this.#ending || this.#closed) return;
    if (message.confirm !== false) this.#actions.set(message.id, message.action);
    this.#waiting.set(message.id, message);
    this.#flush();
  }

  cancel(id: number): void {
    this.#actions.delete(id);
    const unsent = this.#waiting.delete(id);
    if (!unsent && this.#watcher.dialect === 'native' && !this.#ending && !this.#closed) {
      this.#watcher.cancelled(id);
      this.#frame({ cancel: id }, '');
    }
    this.#tell();
  }

  /** Ends as recorded; an end that the host began is awaited by `changed`, not made. */
  close({ how, from }: RecordedClose): void {
    if (how !== 'fin' && from !== 'host') this.#link.reset();
    else if (from !== 'host') this.#end();
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
    for (const [id, message] of this.#waiting) {
      if (open.size >= maxInFlight || this.#ending) return;
      // A client finds out first, and sends more only to a native host (protocol 2).
      if (this.#greeting && (!this.#native || this.#watcher.dialect !== 'native')) return;
      this.#waiting.delete(id);
      this.#write(message);
    }
  }

  #write(message: RecordedMessage): void {
    const keys: Record<string, string | number> = {};
    if (message.type !== undefined) keys['content-type'] = message.type;
    if (this.#native) {
      if (!this.#greeting) keys['native'] = 1;
      keys['message-id'] = message.id;
      keys['connection'] = 'keep-alive';
      if (message.confirm === false) keys['ack'] = 'none';
      if (message.key !== undefined) keys['message-key'] = message.key;
      if (message.base64 !== undefined && message.action !== '') keys['action'] = message.action;
    }
    this.#greeting = true;
    this.#watcher.sent(message);
    this.#frame(keys, contentText(message, message.action));
  }

  #frame(keys: Readonly<Record<string, string | number>>, content: string | Uint8Array): void {
    this.#frames.frame(keys, content);
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
