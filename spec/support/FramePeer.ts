import type { Frame } from '../../src/streams/wire/Frame';
import { FrameParser } from '../../src/streams/wire/FrameParser';
import type { Link } from '../../src/streams/transport/Link';

/**
 * The other side of a link, played by hand: sends frames with any header keys and keeps the frames, the bytes
 * and the events that come. Must be made in the turn in which the link came.
 */
export class FramePeer {
  readonly frames: Frame[] = [];
  /** `end`, `close`, or `close` with the code of the error. */
  readonly events: string[] = [];
  /** Everything received, as latin1. */
  text = '';
  readonly #parser: FrameParser;

  constructor(readonly link: Link) {
    this.#parser = new FrameParser({
      maxContentBytes: 1 << 30,
      peer: link.peer,
      onFrame: (frame) => this.frames.push(frame),
    });
    link.open({
      data: (chunk) => {
        this.text += Buffer.from(chunk).toString('latin1');
        this.#parser.push(chunk);
      },
      end: () => this.events.push('end'),
      drain: () => undefined,
      close: (error) =>
        this.events.push(error === undefined ? 'close' : `close ${(error as NodeJS.ErrnoException).code}`),
    });
  }

  /** Frame contents parsed; bytes as they are. */
  get contents(): unknown[] {
    return this.frames.map(({ text, bytes }) =>
      text === undefined ? bytes : text === '' ? '' : (JSON.parse(text) as unknown),
    );
  }

  /** One short line for each frame: its status or kind, its message-id and its content. */
  get log(): string[] {
    return this.frames.map(({ header, text, bytes }) => {
      const { messageId, status, goaway, pong, ping, cancel } = header;
      if (goaway !== undefined) return `goaway ${JSON.stringify(goaway)}`;
      if (cancel !== undefined) return `cancel ${JSON.stringify(cancel)}`;
      if (pong !== undefined) return 'pong';
      if (ping !== undefined) return 'ping';
      if (status === 'hello') return 'hello';
      const what = typeof status === 'string' ? `${status} ` : '';
      const id = typeof messageId === 'number' ? `${messageId} ` : '';
      return `${what}${id}${text ?? `<${bytes?.length ?? 0} bytes>`}`.trim();
    });
  }

  /** Sends one frame; a Uint8Array goes as raw content, a string as it is, anything else as JSON. */
  send(keys: Readonly<Record<string, unknown>>, content: unknown = ''): void {
    this.link.write(frameOf(keys, content));
  }

  /** A request of a native peer, the first one with `native: 1`. */
  request(
    id: number,
    action: string,
    value: unknown = 1,
    keys: Readonly<Record<string, unknown>> = {},
  ): void {
    const native = id === 1 ? { native: 1 } : {};
    this.send({ ...native, 'message-id': id, connection: 'keep-alive', ...keys }, { action, value });
  }

  /** A request of a legacy peer. */
  ask(action: string, value: unknown = 1): void {
    this.send({}, { action, value });
  }

  /** As a native host: hello, and the answer to the first request. */
  hello(changes: Readonly<Record<string, unknown>> = {}): void {
    const content = { 'max-in-flight': 256, 'max-content-bytes': 1 << 24, 'heartbeat-ms': 0, dedup: false };
    this.send({ status: 'hello', native: 1 }, { ...content, ...changes });
  }

  /** As a native host: the result of a request. */
  answer(id: number, result: unknown, status?: 'next' | 'error'): void {
    this.send({ 'message-id': id, ...(status === undefined ? {} : { status }) }, { result });
  }
}

/** The bytes of a frame as a program of somebody's might write them. */
export function frameOf(keys: Readonly<Record<string, unknown>>, content: unknown): Buffer {
  const raw = content instanceof Uint8Array;
  const body = raw
    ? Buffer.from(content)
    : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  const header = Buffer.from(
    JSON.stringify({
      byteorder: 'little',
      'content-type': raw ? 'binary/raw' : 'text/json',
      'content-encoding': raw ? 'binary' : 'utf-8',
      'content-length': body.length,
      ...keys,
    }),
  );
  const prefix = Buffer.alloc(2);
  prefix.writeUInt16BE(header.length);
  return Buffer.concat([prefix, header, body]);
}
