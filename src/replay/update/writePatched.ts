import { BadOption } from '../../errors/setUp';
import { RxcometError } from '../../errors/RxcometError';
import {
  isPacked,
  isHeader,
  readRecordingLines,
  type RecordingLine,
} from '../../recording/format/readRecording';
import { Redaction, type UnusedRedaction } from '../../recording/format/Redaction';
import { ReplacementFile } from '../../recording/format/ReplacementFile';
import type { RecordedEvent, RecordingHeader } from '../../recording/RecordedEvent';
import type { ComparedEvent } from '../verdict/ComparisonListener';
import type { RecordingPatch } from './RecordingPatch';

/** Lines of a recording that an update touches. */
export interface LineCounts {
  readonly changed: number;
  readonly added: number;
  readonly removed: number;
}

/** How changed lines are written. */
export interface PatchOptions {
  /** Paths that are hidden from now on as well; what the recording hides stays hidden. */
  readonly redact?: readonly string[];
  /** As `redact`, but a path may hide nothing here: of rules that hold for several recordings. */
  readonly hide?: readonly string[];
  /** Asked before anything is replaced; false leaves the recording as it is. Default: yes. */
  readonly confirm?: (lines: LineCounts) => boolean | Promise<boolean>;
}

/**
 * Writes the files of a recording with their lines changed, and puts them in place when all are on the disk.
 */
export async function writePatched(
  file: string,
  patch: RecordingPatch,
  options: PatchOptions,
): Promise<{ readonly written: boolean; readonly lines: LineCounts; readonly refused: string }> {
  const writing = new PatchedFiles(
    [...(await keptPaths(file)), ...(options.hide ?? [])],
    options.redact ?? [],
    patch,
  );
  try {
    await onDisk(file, async () => {
      for await (const line of readRecordingLines(file)) await writing.take(line);
      await writing.finish();
    });
    const { lines } = writing;
    const [unused] = writing.unused;
    if (unused !== undefined) {
      const refused = `redact ${unused.path} hid nothing${unused.hint === '' ? '' : `; ${unused.hint}`}`;
      return { written: false, lines, refused };
    }
    const isSame = lines.changed + lines.added + lines.removed === 0;
    // What that throws is the caller's, and says nothing of the file.
    if (isSame || (await options.confirm?.(lines)) === false) return { written: false, lines, refused: '' };
    await onDisk(file, () => writing.commit());
    return { written: true, lines, refused: '' };
  } finally {
    await writing.discard();
  }
}

/** Errors of the disk name the recording. */
async function onDisk(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof RxcometError) throw error;
    throw new BadOption(`${file} cannot be written`, { cause: error });
  }
}

/** What the recording hides: by its header, or, where that lost it, by its events, in arrays at any place. */
async function keptPaths(file: string): Promise<readonly string[]> {
  const seen = new Set<string>();
  for await (const { value } of readRecordingLines(file)) {
    if (value === undefined) continue;
    if (isHeader(value)) {
      if (value.redact !== undefined) return value.redact;
    } else if ('redacted' in value) {
      for (const path of value.redacted ?? []) seen.add(path.replace(/\[\d+\]/g, '[*]'));
    }
  }
  return [...seen];
}

interface Part {
  readonly file: string;
  readonly target: ReplacementFile;
  isChanged: boolean;
}

class PatchedFiles {
  readonly #patch: RecordingPatch;
  readonly #redaction: Redaction;
  readonly #parts: Part[] = [];
  #place = -1;
  /** What goes behind the last line, until the time of the next one is known. */
  #waiting: { readonly event: RecordedEvent; readonly at: number; readonly isMoved: boolean }[] = [];
  #lastAt = 0;
  /** The last line has no line feed, as an editor may have left it. */
  #lacksEnd = false;
  #changed = 0;
  #added = 0;
  #removed = 0;

  constructor(kept: readonly string[], redact: readonly string[], patch: RecordingPatch) {
    this.#redaction = new Redaction(redact, kept);
    this.#patch = patch;
  }

  get lines(): LineCounts {
    return { changed: this.#changed, added: this.#added, removed: this.#removed };
  }

  get unused(): readonly UnusedRedaction[] {
    return this.#redaction.unused;
  }

  async take({ file, bytes, whole, value }: RecordingLine): Promise<void> {
    this.#place += 1;
    if (value === undefined) {
      if (!whole) await this.#insert(Infinity);
      await this.#keep(bytes, whole);
    } else if (isHeader(value)) {
      this.#lacksEnd = false;
      const part = { file, target: await ReplacementFile.open(file, await isPacked(file)), isChanged: false };
      this.#parts.push(part);
      await this.#header(value, bytes, whole);
    } else {
      await this.#insert(value.at);
      await this.#event(value, bytes, whole);
      this.#lastAt = value.at;
    }
    for (const { event, afterMs, isMoved } of this.#patch.after(this.#place)) {
      const at = Math.round((this.#lastAt + afterMs) * 1000) / 1000;
      this.#waiting.push({ event, at, isMoved });
    }
  }

  /** Brings everything to the disk. */
  async finish(): Promise<void> {
    await this.#insert(Infinity);
    for (const { target } of this.#parts) await target.finish();
  }

  async commit(): Promise<void> {
    for (const { target, isChanged } of this.#parts) if (isChanged) await target.commit();
  }

  async discard(): Promise<void> {
    for (const { target } of this.#parts) await target.discard();
  }

  async #header(header: RecordingHeader, bytes: Buffer, whole: boolean): Promise<void> {
    const { paths } = this.#redaction;
    const lacks = paths.some((path) => header.redact?.includes(path) !== true);
    if (!lacks) return this.#keep(bytes, whole);
    this.#changed += 1;
    await this.#put({ ...header, redact: paths }, bytes);
  }

  async #event(event: RecordedEvent, bytes: Buffer, whole: boolean): Promise<void> {
    const moved = this.#patch.movesBehind(event, this.#place);
    const patched = moved === undefined ? this.#patch.lineOf(event, this.#place) : undefined;
    moved?.push({ event, afterMs: 0, isMoved: true });
    if (patched === undefined) {
      this.#touch();
      if (moved === undefined && !this.#patch.moves(this.#place)) this.#removed += 1;
      return;
    }
    const hidden = this.#hide(patched);
    // A line that says the same stays as it was spelled.
    if (hidden === event || JSON.stringify(hidden) === JSON.stringify(event)) return this.#keep(bytes, whole);
    this.#changed += 1;
    await this.#put(hidden, bytes);
  }

  #hide(event: RecordedEvent): RecordedEvent {
    const hides = (event.kind === 'message' || event.kind === 'ack') && event.redacted !== undefined;
    if (!hides) return this.#redaction.apply(event);
    // What was hidden in this event stays so, whatever took its place.
    const { redacted = [], ...unmarked } = event;
    const rest: ComparedEvent = unmarked;
    const hidden = new Redaction(this.#redaction.paths, redacted).apply(rest);
    const marked = hidden.redacted ?? [];
    const inOrder = [...redacted.filter((path) => marked.includes(path)), ...marked];
    this.#redaction.apply(rest);
    return inOrder.length === 0 ? hidden : { ...event, ...hidden, redacted: [...new Set(inOrder)] };
  }

  async #insert(before: number): Promise<void> {
    for (const { event, at, isMoved } of this.#waiting) {
      if (isMoved) this.#changed += 1;
      else this.#added += 1;
      const time = Math.min(at, before);
      await this.#put({ ...this.#hide(event), at: time });
      this.#lastAt = time;
    }
    this.#waiting = [];
  }

  #touch(): ReplacementFile | undefined {
    const part = this.#parts.at(-1);
    if (part !== undefined) part.isChanged = true;
    return part?.target;
  }

  /** @param old the line that it takes the place of; its end stays as it was. */
  async #put(line: object, old?: Buffer): Promise<void> {
    const end = old?.at(-1) === 0x0d ? '\r\n' : '\n';
    await this.#touch()?.write(`${this.#lacksEnd ? '\n' : ''}${JSON.stringify(line)}${end}`);
    this.#lacksEnd = false;
  }

  async #keep(bytes: Buffer, whole: boolean): Promise<void> {
    const target = this.#parts.at(-1)?.target;
    await target?.write(bytes);
    if (whole) await target?.write('\n');
    this.#lacksEnd = !whole;
  }
}
