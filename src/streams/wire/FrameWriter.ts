import { Unencodable } from '../../errors/sending';
import { nextMicrotask } from '../../runtime/turns';
import {
  COMPLETE_REPLY_END,
  ERROR_REPLY_END,
  ID_AT,
  ID_DIGITS,
  LENGTH_AT,
  LENGTH_DIGITS,
  MAX_TEMPLATE_ID,
  MAX_TEMPLATE_LENGTH,
  NATIVE_BYTE_ORDER,
  NEXT_REPLY_END,
  REPLY_END,
  REQUEST_END,
  TEMPLATE_MIDDLE,
  TEMPLATE_START,
  UNCONFIRMED_REQUEST_END,
} from './headerTemplates';

/**
 * Which reply of a request: one of several, no more (without a result), or a failure; protocol 2, `status`.
 */
type ReplyStatus = 'next' | 'complete' | 'error';

/**
 * Writes frames (protocol 1.1) into shared memory and hands them to `write` gathered: when 16 KiB are there,
 * and at `flush`. Text of more than 16 KiB goes as a write of its own, uncopied; so does such a Uint8Array,
 * which the caller must not change any more.
 *
 * `write` gets the bytes for good: they are never used again here. It says false when the other side is
 * behind.
 *
 * @example
 * const writer = new FrameWriter((bytes) => link.write(bytes));
 * writer.request(1, '{"action":"Status","value":4}', false);
 * if (!writer.flush()) awaitDrain();
 */
export class FrameWriter {
  readonly #write: (bytes: Uint8Array) => boolean;
  // Ours only while something is gathered: an idle connection holds no memory for writing.
  #slab: Buffer = noSlab;
  // The slab is handed over up to #start and written up to #end.
  #start = SLAB_BYTES;
  #end = SLAB_BYTES;
  #ready = true;
  #held = false;
  #soon = false;
  readonly #flushNow = (): void => {
    this.#soon = false;
    this.flush();
  };

  constructor(write: (bytes: Uint8Array) => boolean) {
    this.#write = write;
  }

  /** Bytes written here and not handed over yet. */
  get pendingBytes(): number {
    return this.#end - this.#start;
  }

  /**
   * A request on a kept native connection. `text` is its JSON, `noAck` says that no reply is wanted. Returns
   * the bytes on the wire.
   */
  request(messageId: number, text: string, noAck: boolean): number {
    const template = noAck ? unconfirmedTemplate : requestTemplate;
    return this.#fromTemplate(template, messageId, text) ?? this.frame(requestKeys(messageId, noAck), text);
  }

  /**
   * A reply on a kept native connection; without `status` the one result. `text` is its JSON, '' for none.
   * Returns the bytes on the wire.
   */
  reply(messageId: number, text: string, status?: ReplyStatus): number {
    const template = status === undefined ? replyTemplate : statusTemplates[status];
    return this.#fromTemplate(template, messageId, text) ?? this.frame(replyKeys(messageId, status), text);
  }

  /**
   * Any frame. A string is written as text/json in utf-8; a Uint8Array as raw bytes of type
   * `keys['content-type']`, "binary/rxcomet" without it. The four required keys are written here, `keys`
   * after them. The header is spaced as Python's json.dumps does it, so that a frame without extra keys is
   * the very bytes COMET writes. Returns the bytes on the wire.
   *
   * Throws Unencodable (ERR_UNENCODABLE) when the header would be longer than 65535 bytes.
   */
  frame(keys: Readonly<Record<string, string | number>>, content: string | Uint8Array): number {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const contentType =
      typeof content === 'string' ? 'text/json' : (keys['content-type'] ?? 'binary/rxcomet');
    const encoding = typeof content === 'string' ? 'utf-8' : 'binary';
    const header = Buffer.from(headerText(contentType, encoding, bytes.length, keys));
    if (header.length > 0xffff) {
      throw new Unencodable(
        `the header of the frame would take ${header.length} bytes and may take 65535: shorten the action or the other keys`,
      );
    }
    const prefix = Buffer.of(header.length >> 8, header.length & 0xff);
    this.#append(prefix);
    this.#append(header);
    this.#append(bytes);
    return prefix.length + header.length + bytes.length;
  }

  /**
   * Hands over what is gathered. False when `write` said so to the last bytes given to it since the flush
   * before; then wait for the other side to drain. True when there was nothing to write.
   */
  flush(): boolean {
    this.#handOver();
    const ready = this.#ready;
    this.#ready = true;
    return ready;
  }

  /** What is gathered leaves in one write when the code that runs now has returned. */
  flushSoon(): void {
    if (this.#held || this.#soon) return;
    this.#soon = true;
    nextMicrotask(this.#flushNow);
  }

  /**
   * Until `release`, `flushSoon` does nothing: whoever reads a chunk flushes the answers to it in one write.
   */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
  }

  /** Undefined when a number doesn't fit its field. */
  #fromTemplate(template: Uint8Array, messageId: number, text: string): number | undefined {
    if (messageId > MAX_TEMPLATE_ID) return undefined;
    if (text.length > LARGE_BYTES) return this.#large(template, messageId, text);
    // A UTF-16 unit takes at most three bytes of UTF-8.
    this.#reserve(template.length + text.length * 3);
    const contentAt = this.#end + template.length;
    const written = text.length === 0 ? 0 : this.#slab.write(text, contentAt);
    putHeader(this.#slab, this.#end, template, messageId, written);
    this.#end = contentAt + written;
    this.#gathered();
    return template.length + written;
  }

  /** In memory of its own, with its header: one write for the system, one read for the other side. */
  #large(template: Uint8Array, messageId: number, text: string): number | undefined {
    const contentLength = Buffer.byteLength(text);
    if (contentLength > MAX_TEMPLATE_LENGTH) return undefined;
    const bytes = Buffer.allocUnsafeSlow(template.length + contentLength);
    putHeader(bytes, 0, template, messageId, contentLength);
    bytes.write(text, template.length);
    this.#handOver();
    this.#ready = this.#write(bytes);
    return bytes.length;
  }

  #append(bytes: Uint8Array): void {
    // There may be no slab to write nothing into.
    if (bytes.length === 0) return;
    if (bytes.length > LARGE_BYTES) {
      this.#handOver();
      this.#ready = this.#write(bytes);
      return;
    }
    this.#reserve(bytes.length);
    this.#slab.set(bytes, this.#end);
    this.#end += bytes.length;
    this.#gathered();
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= SLAB_BYTES) return;
    this.#handOver();
    const free = freeSlabs.pop();
    if (free !== undefined && free.end + bytes <= SLAB_BYTES) {
      this.#slab = free.bytes;
      this.#end = free.end;
    } else {
      this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.#end = 0;
    }
    this.#start = this.#end;
  }

  #gathered(): void {
    if (this.#end - this.#start >= GATHER_BYTES) this.#handOver();
  }

  #handOver(): void {
    if (this.#end === this.#start) return;
    const bytes = this.#slab.subarray(this.#start, this.#end);
    // What is left of the slab is for whoever writes next.
    if (freeSlabs.length < MAX_FREE_SLABS) freeSlabs.push({ bytes: this.#slab, end: this.#end });
    this.#slab = noSlab;
    this.#start = SLAB_BYTES;
    this.#end = SLAB_BYTES;
    this.#ready = this.#write(bytes);
  }
}

const SLAB_BYTES = 65536;
const noSlab: Buffer = Buffer.alloc(0);
/** Slabs nobody is writing into, with what is left of them. */
const freeSlabs: { readonly bytes: Buffer; readonly end: number }[] = [];
const MAX_FREE_SLABS = 4;
const GATHER_BYTES = 16384;
const LARGE_BYTES = 16384;

const requestTemplate = makeTemplate(REQUEST_END);
const unconfirmedTemplate = makeTemplate(UNCONFIRMED_REQUEST_END);
const replyTemplate = makeTemplate(REPLY_END);
const statusTemplates: Readonly<Record<ReplyStatus, Uint8Array>> = {
  next: makeTemplate(NEXT_REPLY_END),
  complete: makeTemplate(COMPLETE_REPLY_END),
  error: makeTemplate(ERROR_REPLY_END),
};

function makeTemplate(end: string): Uint8Array {
  const header = TEMPLATE_START + ' '.repeat(LENGTH_DIGITS) + TEMPLATE_MIDDLE + ' '.repeat(ID_DIGITS) + end;
  return Uint8Array.from([header.length >> 8, header.length & 0xff, ...Buffer.from(header, 'latin1')]);
}

function putHeader(
  target: Buffer,
  at: number,
  template: Uint8Array,
  messageId: number,
  contentLength: number,
): void {
  target.set(template, at);
  putDigits(target, at + 2 + LENGTH_AT + LENGTH_DIGITS, contentLength);
  putDigits(target, at + 2 + ID_AT + ID_DIGITS, messageId);
}

/** Writes a number leftwards from `end`; the field is full of spaces. */
function putDigits(target: Buffer, end: number, value: number): void {
  let at = end;
  let rest = value;
  do {
    const tenth = Math.floor(rest / 10);
    at -= 1;
    target[at] = 0x30 + rest - tenth * 10;
    rest = tenth;
  } while (rest > 0);
}

function requestKeys(messageId: number, noAck: boolean): Record<string, string | number> {
  const keys = { 'message-id': messageId, connection: 'keep-alive' };
  return noAck ? { ...keys, ack: 'none' } : keys;
}

function replyKeys(messageId: number, status: ReplyStatus | undefined): Record<string, string | number> {
  return status === undefined ? { 'message-id': messageId } : { 'message-id': messageId, status };
}

function headerText(
  contentType: string | number,
  encoding: string,
  contentLength: number,
  keys: Readonly<Record<string, string | number>>,
): string {
  let text = `{"byteorder": "${NATIVE_BYTE_ORDER}", "content-type": ${JSON.stringify(contentType)}`;
  text += `, "content-encoding": "${encoding}", "content-length": ${contentLength}`;
  for (const [key, value] of Object.entries(keys)) {
    if (!ownKeys.has(key)) text += `, ${JSON.stringify(key)}: ${JSON.stringify(value)}`;
  }
  return `${text}}`;
}

/** Written from the content, whatever the caller says. */
const ownKeys: ReadonlySet<string> = new Set([
  'byteorder',
  'content-type',
  'content-encoding',
  'content-length',
]);
