import type { ProblemList } from './nodes/ProblemList';

/** The text of a settings file: UTF-8, or UTF-16 when a byte order mark says so. Undefined when it is neither; the reason is on the list. */
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
