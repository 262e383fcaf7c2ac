import type { ProblemList } from './nodes/ProblemList';

/**
 * The text of a settings file: UTF-8, or UTF-16 when a byte order mark says so. Undefined when it is neither;
 * the reason is on the list.
 */
export function decodeSettings(bytes: Uint8Array, problems: ProblemList): string | undefined {
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

/** Puts on the list why a settings file cannot be read. */
export function refuseUnread(error: unknown, problems: ProblemList): void {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '?';
  problems.add(wholeFile, '', ...(readFailures[code] ?? [`cannot be read (${code})`, 'check the path']));
}
