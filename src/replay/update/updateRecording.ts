import { type Shape, checkArgument, shapes } from '../../runtime/checkArguments';
import { BadOption } from '../../errors/setUp';
import { JsonPath } from '../../recording/content/JsonPath';
import { isHeader, readRecordingLines } from '../../recording/format/readRecording';
import type { RecordedEvent } from '../../recording/RecordedEvent';
import { isCi } from '../../runtime/isCi';
import type { Replay } from '../Replay';
import { type RulesOption, hiddenByRules, withRules } from '../rules/loadRules';
import type { CompareOptions } from '../verdict/CompareOptions';
import type { ComparedEvent, ComparisonListener } from '../verdict/ComparisonListener';
import { readInTurns } from '../verdict/compareRecordings';
import { RecordingComparison } from '../verdict/RecordingComparison';
import type { Verdict } from '../verdict/Verdict';
import { patchEvent } from './patchEvent';
import { RecordingPatch } from './RecordingPatch';
import { type LineCounts, type PatchOptions, writePatched } from './writePatched';

/** How a recording is updated. */
export interface UpdateOptions extends CompareOptions, PatchOptions, RulesOption {}

const replayShape: Shape = {
  expected: 'what replayRecording or replayToHost gave, or events',
  fits: (value) => shapes.events.fits(value) || (shapes.object.fits(value) && 'verdict' in (value as object)),
};

/** What became of an update. */
export interface RecordingUpdate {
  /**
   * The recording was replaced; false when nothing differed, when it must not be updated, or when `confirm`
   * said no.
   */
  readonly written: boolean;
  /** Lines of the recording. */
  readonly lines: LineCounts;
  /** Why it was left as it is, for people; '' otherwise. */
  readonly refused: string;
  /**
   * What the handlers sent was not in the recording, so they had an error in place of the recorded answers.
   * What they sent is in it now; what they acknowledged is left for the next replay and update.
   */
  readonly again: boolean;
  /** What still differs, since it is no content: answers that took another time. */
  readonly verdict: Verdict;
}

/** An event and its place: its line in the recording, or its number in the replay. */
type Placed = ComparedEvent & { readonly place: number };

const placeOf = (event: ComparedEvent): number => (event as Placed).place;

/** What a replay answers to a send that the recording does not hold (StandInConnection). */
const UNKNOWN_SEND = 'ERR_NOT_RECORDED';

/**
 * Changes a recording where a replay of it differs under the rules, and nowhere else: order, times, ids,
 * peers and every other line stay as they are, byte for byte, packed files and those in several parts too.
 * What is new is put where it happened, what did not come is taken out. The files are replaced at the end,
 * each as a whole: whoever ends the process before leaves the old recording.
 *
 * What the replay did is held in memory.
 *
 * @param file the first of its files.
 * @param replay what `replayRecording` or `replayToHost` gave, or what happened, in the order it happened.
 * @throws BadRecording (ERR_BAD_RECORDING), BadOption (ERR_BAD_OPTION) for a rule that is none, a file that
 * cannot be written, and where `CI` is set: nobody would look at the change.
 * @example
 * const replay = await replayRecording(readRecording('session.ndjson'), { handlers });
 * await updateRecording('session.ndjson', replay, { ignore: ['result.timestamp'] });
 */
export async function updateRecording(
  file: string,
  replay: Replay | Iterable<RecordedEvent> | AsyncIterable<RecordedEvent>,
  given: UpdateOptions = {},
): Promise<RecordingUpdate> {
  checkArgument('updateRecording: the recording', file, shapes.file);
  checkArgument('updateRecording: the replay', replay, replayShape);
  checkArgument('updateRecording: the options', given, shapes.object);
  const options = withRules(given, file);
  // A path of the call must hide something; one of a file's rules holds for other recordings, too.
  const writing = { ...options, redact: given.redact ?? [], hide: hiddenByRules(options, given) };
  if (isCi()) {
    throw new BadOption('recordings are not updated under CI: update them where you work, and commit them');
  }
  const actual: RecordedEvent[] = [];
  for await (const event of 'verdict' in replay ? replay.events : replay) actual.push(event);
  const patch = new RecordingPatch(actual);
  const changes = new Changes(patch, options);
  const comparison = new RecordingComparison(options, true, changes);
  let verdict: Verdict;
  try {
    await readInTurns(
      [placedLines(file, patch), (event) => comparison.expected(event)],
      [actual.map(withPlace), (event) => comparison.actual(event)],
    );
    verdict = comparison.finish();
  } finally {
    comparison.close();
  }
  const again = changes.decide();
  const refused = 'verdict' in replay ? (doubts(replay.verdict) ?? doubts(verdict)) : doubts(verdict);
  if (refused !== undefined) {
    const lines = { changed: 0, added: 0, removed: 0 };
    return { written: false, lines, refused, again: false, verdict };
  }
  return { ...(await writePatched(file, patch, writing)), again, verdict };
}

/** Why a replay is no new version of its recording. */
function doubts({ compared, differences, differenceCount }: Verdict): string | undefined {
  // Of what a silent host left out nobody knows whether it is gone.
  const unanswered = differences.filter(({ kind }) => kind === 'unanswered').length;
  if (unanswered > 0) return `${unanswered} of its messages had no answer in time`;
  if (compared > 0) return undefined;
  return differenceCount > 0 ? 'nothing of it came again' : 'nothing was compared';
}

/** The events of the recording; the patch is told of each. */
async function* placedLines(
  file: string,
  patch: RecordingPatch,
): AsyncGenerator<RecordedEvent, void, undefined> {
  let place = -1;
  for await (const { value } of readRecordingLines(file)) {
    place += 1;
    if (value === undefined || isHeader(value)) continue;
    patch.recorded(value, place);
    yield withPlace(value, place);
  }
}

const withPlace = (event: RecordedEvent, place: number): RecordedEvent => Object.assign({}, event, { place });

/** Makes of what a comparison finds the changes of lines. */
class Changes implements ComparisonListener {
  readonly #patch: RecordingPatch;
  readonly #wholes: readonly JsonPath[];
  /** What is done to acknowledgements of hosts, once it is known whether they are worth it. */
  readonly #acks: (() => void)[] = [];
  /** Changed sends, as recorded and as they were. */
  readonly #sends: [ComparedEvent, ComparedEvent][] = [];

  constructor(patch: RecordingPatch, { normalise = [] }: CompareOptions) {
    this.#patch = patch;
    this.#wholes = normalise.map(({ path }) => new JsonPath(path));
  }

  paired(expected: ComparedEvent, actual: ComparedEvent, changes: ComparedChanges): void {
    this.#patch.pair(placeOf(expected), placeOf(actual), expected, actual);
    if (changes.length === 0) return;
    if (expected.kind === 'message') this.#sends.push([expected, actual]);
    const { place, ...recorded } = expected as Placed;
    this.#do(expected, () => this.#patch.change(place, patchEvent(recorded, actual, changes, this.#wholes)));
  }

  missing(expected: ComparedEvent): void {
    this.#do(expected, () => this.#patch.remove(placeOf(expected), expected));
  }

  extra(actual: ComparedEvent): void {
    this.#do(actual, () => this.#patch.add(placeOf(actual)));
  }

  reordered(expected: ComparedEvent, actual: ComparedEvent): void {
    const { place, ...recorded } = expected as Placed;
    this.#do(expected, () => this.#patch.move(place, recorded, placeOf(actual)));
  }

  /**
   * Whether handlers had an error where the recording has an answer, so that their acknowledgements are left
   * for the next time.
   */
  decide(): boolean {
    const again = this.#sends.some(
      ([expected, actual]) => this.#patch.isAnswered(expected) && this.#patch.isUnknown(actual, UNKNOWN_SEND),
    );
    if (!again) for (const act of this.#acks) act();
    return again;
  }

  #do(event: ComparedEvent, act: () => void): void {
    if (event.kind === 'ack') this.#acks.push(act);
    else act();
  }
}

type ComparedChanges = Parameters<ComparisonListener['paired']>[2];
