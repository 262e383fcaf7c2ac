import { type Shape, checkArgument, checkOptions, shapes } from '../../runtime/checkArguments';
import { readRecording } from '../format/readRecording';
import type { RecordedEvent } from '../RecordedEvent';
import { type EditedRecording, toMicroseconds, writeEdited } from './writeEdited';

/** How recordings are merged. */
export interface MergeOptions {
  /** Paths that are hidden as well; see `JsonPath`. */
  readonly redact?: readonly string[];
}

const filesShape: Shape = {
  expected: 'the names of at least one file',
  fits: (value) => Array.isArray(value) && value.length > 0 && value.every(shapes.file.fits),
};

interface Source {
  readonly events: AsyncIterator<RecordedEvent>;
  /** From the begin of the merged recording to that of this one, milliseconds. */
  readonly offsetMs: number;
  /** New numbers of its open connections. */
  readonly links: Map<number, number>;
  next: RecordedEvent | undefined;
}

/**
 * Makes one recording of several, by the time of day at which things happened; connections get new numbers in
 * that order. Streams: what is held is the connections that are open. What any of them hides is hidden in the
 * new one.
 *
 * @param output written as a whole, or not at all.
 * @throws BadRecording (ERR_BAD_RECORDING), BadOption (ERR_BAD_OPTION) for a path that is none, or a file
 * that cannot be written.
 * @example await mergeRecordings(['stage.ndjson', 'meter.ndjson'], 'both.ndjson');
 */
export async function mergeRecordings(
  files: readonly string[],
  output: string,
  options: MergeOptions = {},
): Promise<EditedRecording> {
  checkArgument('mergeRecordings: the recordings', files, filesShape);
  checkArgument('mergeRecordings: the output', output, shapes.file);
  checkOptions('mergeRecordings', options, { redact: shapes.paths });
  const { redact = [] } = options;
  const headers = await Promise.all(files.map((file) => readRecording(file).header()));
  const starts = headers.map(({ started }) => Date.parse(started));
  const started = Math.min(...starts);
  const sources = files.map((file, index) => ({
    events: readRecording(file)[Symbol.asyncIterator](),
    offsetMs: (starts[index] ?? started) - started,
    links: new Map<number, number>(),
    next: undefined,
  }));
  const kept = headers.flatMap((header) => header.redact ?? []);
  return writeEdited(output, started, merge(sources), { redact, kept });
}

async function* merge(sources: readonly Source[]): AsyncGenerator<RecordedEvent, void, undefined> {
  const timeOf = ({ next, offsetMs }: Source): number => (next === undefined ? Infinity : next.at + offsetMs);
  const step = async (source: Source): Promise<void> => {
    const result = await source.events.next();
    source.next = result.done === true ? undefined : result.value;
  };
  let links = 0;
  try {
    for (const source of sources) await step(source);
    for (;;) {
      const first = sources.reduce<Source | undefined>(
        (best, source) => (timeOf(source) < (best === undefined ? Infinity : timeOf(best)) ? source : best),
        undefined,
      );
      if (first?.next === undefined) return;
      const { next, offsetMs } = first;
      let link = next.link === 0 ? 0 : first.links.get(next.link);
      if (link === undefined) {
        links += 1;
        link = links;
        first.links.set(next.link, link);
      }
      if (next.kind === 'close') first.links.delete(next.link);
      yield { ...next, at: toMicroseconds(next.at + offsetMs), link };
      await step(first);
    }
  } finally {
    for (const { events } of sources) await events.return?.();
  }
}
