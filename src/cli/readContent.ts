import { readFile } from 'node:fs/promises';
import type { Io } from './Io';
import { parseValue } from './parseValue';
import { UsageError } from './UsageError';

/** Where the content of a message may come from. */
export interface ContentOptions {
  readonly text: boolean;
  readonly file: string | undefined;
}

/** The content to send: VALUE read as JSON or text, or bytes. Throws UsageError. */
export async function readContent(
  value: string | undefined,
  { text, file }: ContentOptions,
  io: Pick<Io, 'stdin'>,
): Promise<unknown> {
  if (file !== undefined) {
    if (value !== undefined) throw new UsageError('VALUE and --file are two contents; give one of them');
    if (text) throw new UsageError('--file sends bytes, --text is for VALUE; give one of them');
    return file === '-' ? readAll(io.stdin) : readBytes(file);
  }
  if (value === undefined) {
    throw new UsageError('VALUE is missing', "null sends no value, --file PATH sends a file's bytes");
  }
  return text ? value : parseValue(value, 'VALUE', '--text sends it as text');
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--file cannot be read: ${reason}`, '', { cause: error });
  }
}

async function readAll(input: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) chunks.push(chunk);
  return Buffer.concat(chunks);
}
