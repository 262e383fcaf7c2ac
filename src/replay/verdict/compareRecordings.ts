import { compareShapes } from './optionShapes';
import { checkArgument, checkOptions, shapes } from '../../runtime/checkArguments';
import type { CompareOptions } from './CompareOptions';
import type { RecordedEvent } from '../../recording/RecordedEvent';
import { RecordingComparison } from './RecordingComparison';
import { isCut, withHeader } from './recordingFacts';
import type { Verdict } from './Verdict';

/**
 * Compares two recordings of the same conversation, or a recording with the events of its replay: changed,
 * missing, extra and reordered acknowledgements of the host and sends of the clients. Order is compared
 * within a connection, never across. Nothing compared is no pass.
 *
 * @throws BadOption (ERR_BAD_OPTION) for a rule that is none, BadRecording (ERR_BAD_RECORDING) from reading
 * either.
 * @example
 * const verdict = await compareRecordings(readRecording('old.ndjson'), readRecording('new.ndjson'), { ignore: ['**.timestamp'] });
 * console.log(formatVerdict(verdict));
 */
export async function compareRecordings(
  expected: Iterable<RecordedEvent> | AsyncIterable<RecordedEvent>,
  actual: Iterable<RecordedEvent> | AsyncIterable<RecordedEvent>,
  options: CompareOptions = {},
): Promise<Verdict> {
  checkArgument('compareRecordings: the recording', expected, shapes.events);
  checkArgument('compareRecordings: the events to compare', actual, shapes.events);
  checkOptions('compareRecordings', options, compareShapes);
  const comparison = new RecordingComparison(withHeader(options, expected));
  try {
    await readInTurns(
      [expected, (event) => comparison.expected(event)],
      [actual, (event) => comparison.actual(event)],
    );
    if (isCut(expected)) comparison.cutShort();
    return comparison.finish();
  } finally {
    comparison.close();
  }
}

type Reading = [Iterable<RecordedEvent> | AsyncIterable<RecordedEvent>, (event: RecordedEvent) => void];

/** In turns, so that of two long recordings only what differs is held. */
export async function readInTurns(...readings: Reading[]): Promise<void> {
  const open = readings.map(([events, take]) => ({ events: iterate(events), take }));
  try {
    while (open.length > 0) {
      for (const reading of [...open]) {
        const next = await reading.events.next();
        if (next.done === true) open.splice(open.indexOf(reading), 1);
        else reading.take(next.value);
      }
    }
  } finally {
    for (const { events } of open) await events.return?.();
  }
}

const iterate = (
  events: Iterable<RecordedEvent> | AsyncIterable<RecordedEvent>,
): Iterator<RecordedEvent> | AsyncIterator<RecordedEvent> =>
  Symbol.asyncIterator in events ? events[Symbol.asyncIterator]() : events[Symbol.iterator]();
