import { type Shape, checkArgument, shapes } from '../../runtime/checkArguments';
import { describeError } from '../../runtime/describeError';
import { createReadStream, existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { RecordedEvent, RecordingHeader } from '../RecordedEvent';
import { BadRecording } from '../../errors/recordings';
import { scanJson } from '../content/scanJson';
import { type ReadLine, readLines } from './readLines';
import { markPlace } from '../eventPlace';
import { recordingCodecs } from './recordingCodecs';
import { recordingPartFile } from './recordingPartFile';

/**
 * A recording that is read while it is iterated, in bounded memory. Iterating again reads it again, if the
 * source can be read again (a file can). Iterating throws BadRecording (ERR_BAD_RECORDING) where the
 * recording cannot be used.
 */
export interface Recording extends AsyncIterable<RecordedEvent> {
  /** The file it is read from, '' for another source. */
  readonly file: string;
  /** Reads as far as the header. Not for a source that can be read only once. */
  header(): Promise<RecordingHeader>;
  /**
   * What one should know though it is no error: a cut last line, lost events. A sentence each; complete once
   * iterated to the end.
   */
  readonly warnings: readonly string[];
  /** Its last line was cut short. Known once iterated to the end. */
  readonly isCut: boolean;
}

/**
 * What `readRecording` reads: a file name (its further parts follow by themselves), or the bytes or text of a
 * recording in pieces.
 */
export type RecordingSource = string | Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>;

const sourceShape: Shape = {
  expected: 'the name of a file, or the text or bytes of a recording in pieces',
  fits: (value) => shapes.file.fits(value) || shapes.events.fits(value),
};

/** A content of 64 MiB as JSON text within JSON text, at worst. */
const MAX_LINE_BYTES = 256 * 1024 * 1024;

/**
 * Reads a recording (docs/recording.md), plain or gzip. Nothing is opened before it is iterated. Of a
 * recording that is spread over several files give the first; those that belong to it follow.
 *
 * @throws BadRecording (ERR_BAD_RECORDING) while iterating: not readable, empty, another version, or a line
 * that is no event, with its number and what was expected. Only a last line without its line feed, which a
 * kill leaves behind, is told in `warnings` and skipped.
 * @example
 * for await (const event of readRecording('session.ndjson')) console.log(event.at, event.kind);
 */
export function readRecording(source: RecordingSource): Recording {
  checkArgument('readRecording: the source', source, sourceShape);
  const file = typeof source === 'string' ? source : '';
  const warnings: string[] = [];
  let isCut = false;

  async function* events(): AsyncGenerator<RecordedEvent, void, undefined> {
    warnings.length = 0;
    isCut = false;
    for await (const entry of typeof source === 'string'
      ? readParts(source, warnings)
      : readPart(source, '', warnings)) {
      const { value } = entry;
      if (value === undefined) isCut ||= !entry.whole;
      else if (!isHeader(value) && !(file !== '' && isContinuation(value))) yield markPlace(value, entry);
    }
  }

  return {
    file,
    warnings,
    get isCut() {
      return isCut;
    },
    [Symbol.asyncIterator]: events,
    async header() {
      for await (const { value } of readPart(open(source), file, []))
        if (value !== undefined && isHeader(value)) return value;
      throw emptyRecording(file);
    },
  };
}

/** One line of a recording's files. */
export interface RecordingLine extends ReadLine {
  readonly file: string;
  /** From 1 in each file. */
  readonly line: number;
  /** Undefined for a line that holds nothing: an empty one, or the last one when it was cut short. */
  readonly value: RecordingHeader | RecordedEvent | undefined;
}

/**
 * Reads the files of a recording line by line, with what `readRecording` leaves out: headers, marks between
 * files, empty and cut lines.
 *
 * @throws BadRecording (ERR_BAD_RECORDING) while iterating, as `readRecording`.
 */
export function readRecordingLines(file: string): AsyncIterable<RecordingLine> {
  return { [Symbol.asyncIterator]: () => readParts(file, []) };
}

/** Whether a file is compressed, whatever its name. */
export async function isPacked(file: string): Promise<boolean> {
  for await (const chunk of createReadStream(file, { end: 1 }) as AsyncIterable<Buffer>) {
    return chunk[0] === 0x1f && chunk[1] === 0x8b;
  }
  return false;
}

/** Whether it is the first line of a file. */
export const isHeader = (value: RecordingHeader | RecordedEvent): value is RecordingHeader =>
  'rxcomet' in value;

/** Whether it only says that the recording goes on in another file. */
const isContinuation = (value: RecordedEvent): boolean => value.kind === 'error' && value.next !== undefined;

async function* readParts(file: string, warnings: string[]): AsyncGenerator<RecordingLine, void, undefined> {
  let first: RecordingHeader | undefined;
  let goesOn = false;
  for (let part = 1; ; part += 1) {
    const name = recordingPartFile(file, part);
    if (part > 1 && !existsSync(name)) {
      if (goesOn || (await hasLaterPart(file, first, part))) throw missingPart(name);
      return;
    }
    const wasExpected = goesOn;
    goesOn = false;
    for await (const entry of readPart(open(name), name, warnings, part > 1)) {
      const { value } = entry;
      if (value !== undefined && isHeader(value)) {
        first ??= value;
        // A file of that name may be left from another recording.
        if (!isPart(value, first, part)) {
          if (wasExpected) throw missingPart(name);
          return;
        }
      } else if (value !== undefined && isContinuation(value)) {
        // Of a part that is read alone the others may be anywhere.
        goesOn = first?.part === undefined;
      }
      yield entry;
    }
  }
}

const isPart = ({ started, part = 1 }: RecordingHeader, first: RecordingHeader, wanted: number): boolean =>
  started === first.started && part === (first.part ?? 1) + wanted - 1;

const missingPart = (file: string): BadRecording =>
  new BadRecording('this part of the recording is missing: put it back beside the others', { file, line: 0 });

/** Whether a part after the missing one is there. */
async function hasLaterPart(
  file: string,
  first: RecordingHeader | undefined,
  missing: number,
): Promise<boolean> {
  if (first === undefined || first.part !== undefined) return false;
  for (const name of await readdir(dirname(file))) {
    // In its name is a number of its own too, when the recording's has one.
    const number = Array.from(name.matchAll(/\.(\d+)/g), ([, digits]) => Number(digits)).find(
      (candidate) => candidate > missing && basename(recordingPartFile(file, candidate)) === name,
    );
    if (number === undefined) continue;
    const header = await readRecording(join(dirname(file), name))
      .header()
      .catch(() => undefined);
    if (header !== undefined && isPart(header, first, number)) return true;
  }
  return false;
}

async function* readPart(
  source: Exclude<RecordingSource, string>,
  file: string,
  warnings: string[],
  further = false,
): AsyncGenerator<RecordingLine, void, undefined> {
  let line = 0;
  // Of a further part a stopped recorder may have left no more than its beginning; the parts before it are
  // whole.
  const barelyBegun = `${place(file)}the recorder was stopped as it began this part`;
  try {
    for await (const { bytes, whole } of readLines(source, MAX_LINE_BYTES)) {
      line += 1;
      const text = bytes.toString('utf8');
      const raw = { file, line, bytes, whole };
      if (further && line === 1 && !whole && parse(text) === undefined) {
        warnings.push(barelyBegun);
        return;
      }
      if (line > 1 && text.trim() === '') {
        yield { ...raw, value: undefined };
        continue;
      }
      const value = line === 1 ? readHeader(text, file) : readEvent(text, file, line, whole);
      if (value === undefined) {
        warnings.push(
          `${place(file)}line ${line} was cut short and is skipped; the recorder was stopped while writing it`,
        );
        yield { ...raw, value: undefined };
        continue;
      }
      if ('lost' in value)
        warnings.push(`${place(file)}line ${line}: ${value.lost ?? 0} event(s) are missing here`);
      yield { ...raw, value };
    }
  } catch (error) {
    if (error instanceof BadRecording) throw error;
    // By its shape: an error of Node is no instance of Jest's Error.
    const reason = describeError(error);
    throw new BadRecording(`cannot be read: ${reason}`, {
      file,
      line: line === 0 ? 0 : line + 1,
      cause: error,
    });
  }
  if (line > 0) return;
  if (!further) throw emptyRecording(file);
  warnings.push(barelyBegun);
}

const place = (file: string): string => (file === '' ? '' : `${file}, `);

const open = (source: RecordingSource): Exclude<RecordingSource, string> =>
  typeof source === 'string' ? createReadStream(source) : source;

const emptyRecording = (file: string): BadRecording =>
  new BadRecording('empty: expected a header line {"rxcomet":"recording","version":1,"started":…}', {
    file,
    line: 1,
  });

function readHeader(text: string, file: string): RecordingHeader {
  // An editor may have put a byte order mark before it.
  const value = parse(text.replace(/^\uFEFF/, ''));
  const remedy = 'expected a header line {"rxcomet":"recording","version":1,"started":…}';
  if (value === undefined) throw new BadRecording(`no recording: ${remedy}`, { file, line: 1 });
  const version = typeof value === 'object' && value !== null && 'version' in value ? value.version : 1;
  if (typeof version === 'number' && version !== 1) {
    throw new BadRecording(
      `recording of version ${version}: this release reads version 1; use the release that wrote it, or a newer one`,
      { file, line: 1 },
    );
  }
  const header = recordingCodecs.header(value);
  if ('expected' in header) throw new BadRecording(`${remedy}; ${header.expected}`, { file, line: 1 });
  return header;
}

/** Undefined for a last line that was cut short. */
function readEvent(text: string, file: string, line: number, whole: boolean): RecordedEvent | undefined {
  const value = parse(text);
  if (value === undefined) {
    if (!whole) return undefined;
    throw new BadRecording('is not JSON: expected one event, a JSON object on a line of its own', {
      file,
      line,
    });
  }
  const event = recordingCodecs.event(value);
  if ('expected' in event) throw new BadRecording(`expected ${event.expected}`, { file, line });
  if ('text' in event && event.text !== undefined && !isJson(event.text)) {
    throw new BadRecording('text: expected JSON, which it was when it was recorded; was it edited?', {
      file,
      line,
    });
  }
  return event;
}

/** As a recorder tells it: also NaN, and what is nested too deep for others. */
function isJson(text: string): boolean {
  const none = (): boolean => false;
  return parse(text) !== undefined || scanJson(text, none, none);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
