import { RxcometError } from '../../src/errors/RxcometError';
import { FrameParser } from '../../src/streams/wire/FrameParser';

/** What a parser made of some bytes. */
export interface Reading {
  /** Each frame, whole, as text. */
  readonly frames: readonly string[];
  /** Code of the error that it ended with. */
  readonly code: string | undefined;
}

export const MAX_CONTENT_BYTES = 100_000;

/** Reads chunks to their end. Any error but those of the wire comes out as it is. */
export function readFrames(chunks: Iterable<Uint8Array>): Reading {
  const frames: string[] = [];
  let given = 0;
  const parser = new FrameParser({
    maxContentBytes: MAX_CONTENT_BYTES,
    peer: 'peer',
    onFrame: ({ header, text, bytes, wireBytes }) =>
      frames.push(
        `${JSON.stringify(header)} ${wireBytes} ${text ?? Buffer.from(bytes ?? []).toString('hex')}`,
      ),
  });
  try {
    for (const chunk of chunks) {
      given += chunk.length;
      parser.push(chunk);
      if (parser.bufferedBytes > given) throw new Error(`${parser.bufferedBytes} bytes held of ${given}`);
    }
    parser.finish();
    return { frames, code: undefined };
  } catch (error) {
    if (error instanceof RxcometError) return { frames, code: error.code };
    throw error;
  }
}
