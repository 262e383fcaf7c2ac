import { Readable } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';

/** One line of a text that is read in pieces. */
export interface ReadLine {
  /** Without its line feed. */
  readonly bytes: Buffer;
  /** False for a last line without its line feed. */
  readonly whole: boolean;
}

const LINE_FEED = 0x0a;

/**
 * The lines of bytes that come in pieces; unpacks gzip, told by its first two bytes. A gzip file that was
 * never finished is read as far as it goes.
 *
 * @throws RangeError for a line of more than `maxBytes` bytes.
 */
export async function* readLines(
  source: Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>,
  maxBytes: number,
): AsyncGenerator<ReadLine, void, undefined> {
  let pieces: Buffer[] = [];
  let held = 0;
  for await (const chunk of unpacked(source)) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      const last = chunk.subarray(from, end);
      yield { bytes: pieces.length === 0 ? last : Buffer.concat([...pieces, last]), whole: true };
      pieces = [];
      held = 0;
      from = end + 1;
    }
    if (from < chunk.length) {
      pieces.push(chunk.subarray(from));
      held += chunk.length - from;
      if (held > maxBytes) throw new RangeError(`longer than ${maxBytes} bytes`);
    }
  }
  if (held > 0) yield { bytes: Buffer.concat(pieces), whole: false };
}

async function* unpacked(
  source: Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>,
): AsyncGenerator<Buffer, void, undefined> {
  const chunks = buffers(source);
  // The first two bytes may come one by one.
  let start = Buffer.alloc(0);
  while (start.length < 2) {
    const next = await chunks.next();
    if (next.done === true) break;
    start = Buffer.concat([start, next.value]);
  }
  const all = (async function* () {
    if (start.length > 0) yield start;
    yield* chunks;
  })();
  if (start[0] !== 0x1f || start[1] !== 0x8b) return yield* all;
  const input = Readable.from(all, { objectMode: false });
  const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
  input.once('error', (error) => gunzip.destroy(error));
  try {
    for await (const chunk of input.pipe(gunzip)) yield chunk as Buffer;
  } finally {
    input.destroy();
    gunzip.destroy();
  }
}

async function* buffers(
  source: Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>,
): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of source) {
    yield typeof chunk === 'string'
      ? Buffer.from(chunk, 'utf8')
      : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
}
