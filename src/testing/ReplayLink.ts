import { FrameWriter } from '../streams/FrameWriter';
import type { Link } from '../streams/Link';
import { contentText } from './contentText';
import { ConversationWatcher } from './ConversationWatcher';
import type { EventSink } from './EventSink';
import type { RecordedClose, RecordedMessage } from './RecordedEvent';

/** Not more than a host takes at once by default (Max_in_flight). */
const maxInFlight = 256;

/** One recorded connection to a host, driven again: sends its messages as they were and tells what comes back as events. */
export class ReplayLink {
  readonly #link: Link;
  readonly #native: boolean;
  readonly #watcher: ConversationWatcher;
  readonly #frames: FrameWriter;
  readonly #actions = new Map<number, string>();
  readonly #waiting: { readonly id: number; readonly write: () => void }[] = [];
  #greeting = false;
  #ending = false;
  #closed = false;
  #changed: (() => void)[] = [];

  /** @param sink gets the events, under the recorded number of the connection. */
  constructor(link: Link, number: number, native: boolean, sink: EventSink) {
    this.#link = link;
    this.#native = native;
    this.#watcher = new ConversationWatcher({ writer: sink, link: number, side: 'host', peer: link.peer });
    this.#frames = new FrameWriter((bytes) => {
      this.#watcher.data('client', bytes);
      return link.write(bytes);
    });
    link.open({
      data: (chunk) => {
        this.#watcher.data('host', chunk);
        for (const id of this.#actions.keys()) if (!this.#isOpen(id)) this.#actions.delete(id);
        this.#flush();
        this.#tell();
      },
      end: () => {
        this.#watcher.end('host');
        this.#end();
      },
      drain: () => undefined,
      close: (error) => {
        this.#closed = true;
        this.#watcher.close(error === undefined && this.#ending ? undefined : 'host');
        this.#tell();
      },
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Messages without their final answer, for people. */
  get pending(): readonly string[] {
    return this.#closed ? [] : [...this.#actions].map(([id, action]) => `${action} (message ${id})`);
  }

  message(message: RecordedMessage): void {
    if (message.confirm !== false) this.#actions.set(message.id, message.action);
    this.#waiting.push({ id: message.id, write: () => this.#write(message) });
    this.#flush();
  }

  cancel(id: number): void {
    this.#actions.delete(id);
    const index = this.#waiting.findIndex((waiting) => waiting.id === id);
    if (index >= 0) this.#waiting.splice(index, 1);
    else if (this.#watcher.dialect === 'native') this.#frame({ cancel: id }, '');
    this.#tell();
  }

  /** Ends as recorded; an end that the host began is awaited by `changed`, not made. */
  close({ how, from }: RecordedClose): void {
    if (how !== 'fin' && from !== 'host') this.#link.destroy();
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

  /** Calls back once when something came, or the connection ended. */
  onChange(callback: () => void): void {
    this.#changed.push(callback);
  }

  #isOpen(id: number): boolean {
    return this.#watcher.open.has(id) || this.#waiting.some((waiting) => waiting.id === id);
  }

  #flush(): void {
    const { dialect, open } = this.#watcher;
    while (this.#waiting.length > 0 && open.size < maxInFlight && !this.#ending) {
      // A client finds out first, and sends more only to a native host (protocol 2).
      if (this.#greeting && (!this.#native || dialect !== 'native')) return;
      this.#waiting.shift()?.write();
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
    this.#frame(keys, contentText(message, message.action));
  }

  #frame(keys: Readonly<Record<string, string | number>>, content: string | Uint8Array): void {
    if (this.#ending || this.#closed) return;
    this.#frames.frame(keys, content);
    this.#frames.flush();
  }

  #end(): void {
    if (this.#ending || this.#closed) return;
    this.#ending = true;
    this.#watcher.end('client');
    this.#link.end();
  }

  #tell(): void {
    const changed = this.#changed;
    this.#changed = [];
    for (const callback of changed) callback();
  }
}
