import { describeError } from '../../runtime/describeError';
import { readFile } from 'node:fs/promises';
import { parseJson } from '../../index';
import { UsageError } from './Command';
import type { Io } from '../process/Io';

/** Deeper than anybody types; a host has its own limit. */
const MAX_NESTING = 1000;
const words = new Set(['true', 'false', 'null', 'NaN', 'Infinity', '-Infinity']);

/**
 * A value from the command line: JSON, with NaN and Infinity and integers of any length, or plain text when
 * it doesn't look like JSON.
 *
 * Throws UsageError for what starts like JSON and isn't, and for numbers that JSON writes differently (+5,
 * .5, 007, 0x10): taken for text they would arrive as something that was not meant.
 *
 * @param name what the message calls it
 * @param asText how the user can give any text at all, for the hint
 * @example parseValue('{"unit": 4}', 'VALUE', '--text sends it as text') // { unit: 4 }
 * @example parseValue('ramp finished', 'VALUE', '--text sends it as text') // 'ramp finished'
 */
export function parseValue(text: string, name: string, asText: string): unknown {
  const trimmed = text.trim();
  const isNumber = trimmed !== '' && !Number.isNaN(Number(trimmed));
  if (!isNumber && !words.has(trimmed) && !/^[{["]/.test(trimmed)) return text;
  try {
    return parseJson(trimmed, { bigint: true, maxNesting: MAX_NESTING, peer: name });
  } catch (error) {
    const reason = describeError(error);
    throw new UsageError(reason.replace('the content is', 'this is'), `${hintFor(trimmed)}; ${asText}`, {
      cause: error,
    });
  }
}

function hintFor(text: string): string {
  if (/^[^{["]/.test(text)) return 'write the number as JSON has it';
  if (/^[{[]\s*'/.test(text)) return `JSON has double quotes: '{"unit": 4}'`;
  if (/^\{\s*[A-Za-z_]/.test(text)) {
    return `keys stand in double quotes, and the shell takes quotes away, so put single ones around: '{"unit": 4}'`;
  }
  return `put single quotes around it for the shell: '{"unit": 4}'`;
}

/** Where the content of a message may come from. */
interface ContentOptions {
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
    return file === '-' ? readAll(io) : readBytes(file);
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
    throw unreadable('--file', error);
  }
}

async function readAll(io: Pick<Io, 'stdin'>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of io.stdin) chunks.push(chunk);
  } catch (error) {
    throw unreadable('--file -', error);
  }
  return Buffer.concat(chunks);
}

function unreadable(option: string, error: unknown): UsageError {
  const reason = describeError(error);
  return new UsageError(`${option} cannot be read: ${reason}`, '', { cause: error });
}
