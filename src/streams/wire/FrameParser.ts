import { limitName } from '../../runtime/limitNames';
import { isAscii } from 'node:buffer';
import { ContentTooLarge, TruncatedFrame } from '../../errors/connections';
import type { Frame, FrameHeader } from './Frame';
import { checkHeaderStart, readHeader } from './readHeader';
import { decodeText } from '../encodings/decodeText';
import { recogniseHeader } from './recogniseHeader';
import { requireTextCodec } from '../encodings/pythonCodecName';
import { asBuffer } from '../../runtime/bytes';

/**
 * Bytes of a field that is split over chunks: added piece by piece, joined once. Large pieces are kept as
 * they are; small ones are copied together, so that a peer sending single bytes costs no object for each.
 */
class HeldBytes {
  #pieces: Uint8Array[] = [];
  // The block that small pieces are copied into; the first #filled bytes are in use.
  #block: Uint8Array | undefined;
  #filled = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(piece: Uint8Array): void {
    this.#length += piece.length;
    if (piece.length >= BLOCK_BYTES) {
      this.#closeBlock();
      this.#pieces.push(piece);
      return;
    }
    if (this.#block !== undefined && this.#filled + piece.length > BLOCK_BYTES) this.#closeBlock();
    this.#block ??= new Uint8Array(BLOCK_BYTES);
    this.#block.set(piece, this.#filled);
    this.#filled += piece.length;
  }

  /** All bytes in one newly made array; nothing is held afterwards. */
  take(): Buffer {
    this.#closeBlock();
    const joined = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      joined.set(piece, at);
      at += piece.length;
    }
    this.clear();
    return Buffer.from(joined.buffer);
  }

  clear(): void {
    this.#pieces = [];
    this.#block = undefined;
    this.#filled = 0;
    this.#length = 0;
  }

  #closeBlock(): void {
    if (this.#block === undefined) return;
    this.#pieces.push(this.#block.subarray(0, this.#filled));
    this.#block = undefined;
    this.#filled = 0;
  }
}

const BLOCK_BYTES = 4096;

/** What a {@link FrameParser} needs to know. */
interface FrameParserOptions {
  /** Largest content-length accepted, bytes (`Limits.Max_content_bytes`). */
  readonly maxContentBytes: number;
  /** The other side, named in errors. */
  readonly peer: string;
  /** Gets each whole frame, in the order of the wire, from inside `push`. */
  readonly onFrame: (frame: Frame) => void;
  /**
   * Gets the header of a frame whose content is still to come; what it throws ends the parser as a violation
   * does.
   */
  readonly onHeader?: ((header: FrameHeader) => void) | undefined;
}

/**
 * Cuts a stream of bytes into frames, wherever it is split (protocol 1.1):
 *
 * ```
 * H: 2 bytes, big-endian | header: H bytes, a JSON object in UTF-8 | content: content-length bytes
 * ```
 *
 * Chunks pushed belong to the parser. A violation throws once; afterwards the parser is dead and ignores its
 * input. What `onFrame` throws comes out of `push` as it is and leaves the parser alive: the next `push`
 * (also of an empty chunk) goes on after that frame.
 *
 * @example
 * const parser = new FrameParser({ maxContentBytes: 16777216, peer: link.peer, onFrame: (frame) => console.log(frame.text) });
 * parser.push(chunk);
 */
export class FrameParser {
  readonly #maxContentBytes: number;
  readonly #peer: string;
  readonly #onFrame: (frame: Frame) => void;
  readonly #onHeader: ((header: FrameHeader) => void) | undefined;

  // Chunks not walked yet: pushed from inside onFrame, or what was left when onFrame threw.
  #unread: Buffer[] = [];
  #walking = false;
  #ended = false;
  #dead = false;
  /** Dead or paused: no frame is handed over. */
  #halted = false;

  // The chunk being walked is done up to here.
  #at = 0;
  // The frame under way: H once it was read, the header once it was read, and the bytes of the field that is
  // split.
  #headerLength = 0;
  #braceSeen = false;
  #header: FrameHeader | undefined;
  readonly #held = new HeldBytes();
  // Inside onFrame: what is thrown now is not ours.
  #emitting = false;

  constructor(options: FrameParserOptions) {
    this.#maxContentBytes = options.maxContentBytes;
    this.#peer = options.peer;
    this.#onFrame = options.onFrame;
    this.#onHeader = options.onHeader;
  }

  /** Some but not all bytes of a frame have arrived. */
  get insideFrame(): boolean {
    return this.#held.length > 0 || this.#headerLength > 0;
  }

  /** All bytes that were pushed belong to frames that were handed over. */
  get betweenFrames(): boolean {
    return !this.#walking && this.#unread.length === 0 && !this.insideFrame;
  }

  /** Bytes held because their frame isn't complete, or not walked yet. */
  get bufferedBytes(): number {
    return this.#unread.reduce((sum, chunk) => sum + chunk.length, this.#held.length);
  }

  /** The content-length of the frame under way; 0 while it isn't known. */
  get declaredBytes(): number {
    return this.#header?.contentLength ?? 0;
  }

  /**
   * Takes the next bytes and hands over each frame that they complete. Called from inside `onFrame`, the
   * bytes wait for the walk under way.
   *
   * Throws BadHeader (ERR_BAD_HEADER), BadContent (ERR_BAD_CONTENT), UnknownEncoding (ERR_UNKNOWN_ENCODING)
   * and ContentTooLarge (ERR_CONTENT_TOO_LARGE); frames before the violation have been handed over.
   */
  push(chunk: Uint8Array): void {
    if (this.#dead) return;
    this.#unread.push(asBuffer(chunk));
    if (!this.#walking) this.#walkUnread();
  }

  /**
   * The peer will send no more. Throws TruncatedFrame (ERR_TRUNCATED_FRAME) inside a frame; called from
   * inside `onFrame` it is the `push` under way that throws.
   */
  finish(): void {
    if (this.#dead) return;
    this.#ended = true;
    if (!this.#walking) this.#walkUnread();
  }

  /** Hands over no more frames until `resume`, also none of the chunk being walked; what comes waits. */
  pause(): void {
    this.#halted = true;
  }

  /** Goes on with the next `push`, also of an empty chunk. */
  resume(): void {
    this.#halted = this.#dead;
  }

  /** Bytes wait that were pushed before, or while, it was paused. */
  get hasUnread(): boolean {
    return this.#unread.length > 0;
  }

  /** From now on no frame is handed over, also none of the chunk being walked; what is held is let go. */
  stop(): void {
    this.#dead = true;
    this.#halted = true;
    this.#unread = [];
    this.#beginFrame();
    this.#held.clear();
  }

  #walkUnread(): void {
    this.#walking = true;
    try {
      while (!this.#halted) {
        const chunk = this.#unread.shift();
        if (chunk === undefined) break;
        this.#walk(chunk);
      }
      if (this.#ended && !this.#halted) this.#end();
    } finally {
      this.#walking = false;
    }
  }

  #walk(chunk: Buffer): void {
    this.#at = 0;
    try {
      // A frame begun by an earlier chunk.
      while (this.insideFrame && this.#at < chunk.length) this.#walkField(chunk);
      if (this.#at === chunk.length) return;
      if (this.#halted) {
        this.#keepRest(chunk);
        return;
      }
      // One call into native code instead of several a frame. Latin-1 gives each byte one character, so
      // positions agree.
      const start = this.#at;
      const text = chunk.toString('latin1', start);
      const ascii = isAscii(start === 0 ? chunk : chunk.subarray(start));
      while (!this.#halted && this.#at < chunk.length) {
        if (!this.insideFrame) this.#walkRecognised(chunk, text, start, ascii);
        if (!this.#halted && this.#at < chunk.length) this.#walkField(chunk);
      }
      this.#keepRest(chunk);
    } catch (error) {
      if (!this.#emitting) this.stop();
      else this.#keepRest(chunk);
      this.#emitting = false;
      throw error;
    }
  }

  #announce(): void {
    if (this.#header !== undefined) this.#onHeader?.(this.#header);
  }

  #keepRest(chunk: Buffer): void {
    if (this.#dead || this.#at === chunk.length) return;
    // In pieces, because what is walked again and again after a pause is looked at as a whole each time.
    const pieces: Buffer[] = [];
    for (let at = this.#at; at < chunk.length; at += PIECE_BYTES)
      pieces.push(chunk.subarray(at, at + PIECE_BYTES));
    this.#unread.unshift(...pieces);
  }

  /**
   * The hot path: whole frames with a header that is recognised, taken from the text of the chunk; stops
   * before any other.
   */
  #walkRecognised(chunk: Buffer, text: string, textStart: number, ascii: boolean): void {
    while (!this.#halted) {
      const from = this.#at - textStart;
      const headerAt = from + 2;
      if (headerAt > text.length) return;
      const headerLength = (text.charCodeAt(from) << 8) | text.charCodeAt(from + 1);
      const contentAt = headerAt + headerLength;
      if (contentAt > text.length) return;
      const header = recogniseHeader(text, headerAt, headerLength);
      if (header === undefined || header.contentLength > this.#maxContentBytes) return;
      const end = contentAt + header.contentLength;
      if (end > text.length) return;
      const content = ascii
        ? text.slice(contentAt, end)
        : decodeText(chunk.subarray(textStart + contentAt, textStart + end), 'utf-8', this.#peer);
      this.#at = textStart + end;
      this.#emit({ header, text: content, bytes: undefined, wireBytes: end - from });
    }
  }

  /**
   * Any frame, field by field: takes from the chunk what belongs to the field under way and, if that
   * completes it, reads it.
   */
  #walkField(chunk: Buffer): void {
    if (this.#header !== undefined) {
      const content = this.#take(chunk, this.#header.contentLength);
      if (content !== undefined) this.#readContent(this.#header, content);
    } else if (this.#headerLength === 0) {
      const prefix = this.#take(chunk, 2);
      if (prefix !== undefined) this.#readPrefix(prefix);
    } else {
      const from = this.#at;
      const header = this.#take(chunk, this.#headerLength);
      if (!this.#braceSeen) {
        this.#braceSeen = checkHeaderStart(this.#headerLength, chunk.subarray(from, this.#at), this.#peer);
      }
      if (header === undefined) return;
      this.#readHeader(header);
      if (this.declaredBytes > chunk.length - this.#at) this.#announce();
    }
  }

  #readPrefix(prefix: Buffer): void {
    const headerLength = prefix.readUInt16BE(0);
    if (headerLength < 2) checkHeaderStart(headerLength, prefix.subarray(2), this.#peer);
    this.#headerLength = headerLength;
  }

  #readHeader(bytes: Buffer): void {
    const header =
      recogniseHeader(bytes.toString('latin1'), 0, bytes.length) ?? readHeader(bytes, this.#peer);
    const length = header.contentLength;
    if (length > this.#maxContentBytes) {
      throw new ContentTooLarge(
        `the frame declares ${length} bytes of content, more than the ${this.#maxContentBytes} that ${limitName('maxContentBytes')} allows`,
        { peer: this.#peer },
      );
    }
    // Known to be unreadable before the content arrives. Empty content isn't decoded, so its encoding is
    // nobody's business (protocol 2).
    if (isText(header) && length > 0 && header.contentEncoding !== 'utf-8') {
      requireTextCodec(header.contentEncoding, this.#peer);
    }
    this.#header = header;
    if (length === 0) this.#readContent(header, noBytes);
  }

  #readContent(header: FrameHeader, content: Buffer): void {
    const text = !isText(header)
      ? undefined
      : content.length === 0
        ? ''
        : decodeText(content, header.contentEncoding, this.#peer);
    const bytes = text === undefined ? ownBytes(content) : undefined;
    const wireBytes = 2 + this.#headerLength + header.contentLength;
    this.#beginFrame();
    this.#emit({ header, text, bytes, wireBytes });
  }

  #emit(frame: Frame): void {
    this.#emitting = true;
    this.#onFrame(frame);
    this.#emitting = false;
  }

  #beginFrame(): void {
    this.#headerLength = 0;
    this.#braceSeen = false;
    this.#header = undefined;
  }

  /**
   * The field of `length` bytes if the chunk completes it; otherwise its bytes are held until the next chunk.
   */
  #take(chunk: Buffer, length: number): Buffer | undefined {
    const end = this.#at + length - this.#held.length;
    const piece = chunk.subarray(this.#at, end);
    this.#at += piece.length;
    if (this.#at < end) {
      this.#held.add(piece);
      return undefined;
    }
    if (this.#held.length === 0) return piece;
    this.#held.add(piece);
    return this.#held.take();
  }

  #end(): void {
    if (!this.insideFrame) return;
    const held = this.#held.length;
    const progress =
      this.#header !== undefined
        ? `after ${held} of ${this.#header.contentLength} content bytes`
        : this.#headerLength > 0
          ? `after ${held} of ${this.#headerLength} header bytes`
          : 'after the first of the two bytes of the header length';
    this.stop();
    throw new TruncatedFrame(`the connection ended inside a frame, ${progress}`, { peer: this.#peer });
  }
}

const noBytes = Buffer.alloc(0);
/** What a socket reads at once. */
const PIECE_BYTES = 65_536;

function isText(header: FrameHeader): boolean {
  return header.contentType === 'text/json';
}

/** The receiver may transfer or change its bytes, so they share no memory with the rest of a chunk. */
function ownBytes(content: Buffer): Uint8Array {
  const alone = content.length === content.buffer.byteLength;
  return alone ? new Uint8Array(content.buffer) : new Uint8Array(content);
}
