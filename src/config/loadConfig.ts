import { readFile } from 'node:fs/promises';
import { ProblemList } from './nodes/ProblemList';
import type { CometConfig } from './types/CometConfig';
import { parseConfig } from './parseConfig';

/** The text of a settings file: UTF-8, or UTF-16 when a byte order mark says so. Undefined when it is neither; the reason is on the list. */
function decodeSettings(bytes: Uint8Array, problems: ProblemList): string | undefined {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    const readable = new TextDecoder(encoding).decode(bytes);
    const before = readable.slice(0, readable.indexOf('\uFFFD')).split(/\r\n|\n|\r/);
    const place = { line: before.length, column: (before.at(-1) ?? '').length + 1 };
    problems.add(place, '', `is not ${encoding.toUpperCase()} here`, 'save the file as UTF-8');
    return undefined;
  }
}

const wholeFile = { line: 0, column: 0 };

/** What to say for the codes of the system that users meet: [message, remedy]. */
const readFailures: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['there is no such file', 'check the path, which starts at the current folder'],
  ENOTDIR: ['there is no such file', 'a part of the path is a file, not a folder'],
  EISDIR: ['is a folder', 'name the settings file in it'],
  EACCES: ['may not be read', 'give this user the right to read it'],
  EPERM: ['may not be read', 'give this user the right to read it'],
};

/**
 * Reads COMET's settings file (YAML 1.1, UTF-8 or UTF-16 with a byte order mark) with `${NAME}` taken from the environment of the
 * process. What it gives back and what it refuses: `parseConfig`. All keys: docs/configuration.md.
 *
 * @param file path of the file, from the current folder
 * @throws ConfigError (ERR_CONFIG) when the file cannot be read or is wrong, with all problems at once, as `file:line:column: path: what`.
 * @example
 * const app = createApp(await loadConfig('settings.yml'));
 */
export async function loadConfig(file: string): Promise<CometConfig> {
  const problems = new ProblemList(file);
  let bytes: Uint8Array | undefined;
  let cause: unknown;
  try {
    bytes = await readFile(file);
  } catch (error) {
    cause = error;
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '?';
    problems.add(wholeFile, '', ...(readFailures[code] ?? [`cannot be read (${code})`, 'check the path']));
  }
  const text = bytes === undefined ? undefined : decodeSettings(bytes, problems);
  problems.throwIfAny(cause);
  return parseConfig(text, { file, env: process.env });
}
